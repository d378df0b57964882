extension RealProxy {
  static func envoy(front: Int, verdicts: Int, service: Int) throws -> String {
    let blocks = try Documentation.blocks(
      of: "Envoy",
      changing: [
        "port_value: 9181": "port_value: \(verdicts)",
        // A busy machine is not a gateway that is away.
        "timeout: 0.25s": "timeout: 60s",
      ])
    guard blocks.count == 2 else { throw Documentation.Missing(heading: "Envoy: two blocks") }
    return """
      static_resources:
        listeners:
          - address: { socket_address: { address: 127.0.0.1, port_value: \(front) } }
            enable_reuse_port: true
            filter_chains:
              - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: front
                      route_config:
                        virtual_hosts:
                          - name: all
                            domains: ["*"]
                            routes: [{ match: { prefix: "/" }, route: { cluster: orders } }]
      \(blocks[0].indented(16))
        clusters:
          -
      \(blocks[1].indented(6))
          - name: orders
            load_assignment:
              cluster_name: orders
              endpoints:
                - lb_endpoints:
                    - endpoint:
                        address: { socket_address: { address: 127.0.0.1, port_value: \(service) } }
      """
  }

  /// Its files, by their names.
  /// - Parameter believesClients: whether the entry point leaves `X-Forwarded-...` as clients send them.
  static func traefik(
    folder: String, front: Int, verdicts: Int, service: Int, believesClients: Bool
  ) throws -> [(name: String, text: String)] {
    let blocks = try Documentation.blocks(
      of: "Traefik", changing: ["127.0.0.1:9180": "127.0.0.1:\(verdicts)"])
    guard blocks.count == 1 else { throw Documentation.Missing(heading: "Traefik: one block") }
    let start = """
      global: { checkNewVersion: false, sendAnonymousUsage: false }
      ping: { manualRouting: true }
      entryPoints:
        web:
          address: "127.0.0.1:\(front)"
          reusePort: true
          forwardedHeaders: { insecure: \(believesClients) }
      providers:
        file: { directory: "\(folder)", watch: false }
      """
    let routes = """
      http:
        routers:
          ready: { rule: "Host(`ready`)", priority: 100, service: ping@internal }
          orders:
            rule: "PathPrefix(`/`)"
            service: orders
            middlewares: [gatehouse, gatehouse-credentials]
        services:
          orders: { loadBalancer: { servers: [{ url: "http://127.0.0.1:\(service)" }] } }
      """
    return [
      ("traefik.yaml", start), ("traefik/gatehouse.yaml", blocks[0]),
      ("traefik/routes.yaml", routes),
    ]
  }
}
