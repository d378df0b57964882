import Upstreams
