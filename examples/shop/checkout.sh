#!/usr/bin/env bash
# The client: a token for this very process, and a request through the gateway.
#
#   checkout.sh SCOPE [CURL-ARGUMENTS...] PATH
#   checkout.sh orders:write --json '{"item": "tea", "quantity": 1}' /orders
set -euo pipefail

if (($# < 2)); then
  echo 'usage: checkout.sh SCOPE [CURL-ARGUMENTS...] PATH' >&2
  exit 2
fi
: "${GATEHOUSE_GATEWAY_URL:?read it first: set -a; . .gatehouse/dev.env; set +a}"

scope=$1
path=${!#}
curl_arguments=("${@:2:$#-2}")

# TOKEN, if it is set, is used instead of a new one.
token=${TOKEN:-$(gatehouse token --audience https://orders.example.internal --scope "$scope" \
  --spiffe-id "spiffe://$GATEHOUSE_TRUST_DOMAIN/shop/checkout")}

# The token reaches curl through a pipe: a command line is for everybody to read.
printf 'Authorization: Bearer %s\n' "$token" |
  curl --silent --show-error --include --header @- --header 'Host: orders.example.internal' \
    "${curl_arguments[@]}" "$GATEHOUSE_GATEWAY_URL$path"
