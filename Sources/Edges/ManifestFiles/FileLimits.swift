/// How much the files may hold.
package struct FileLimits: Hashable, Sendable {
  /// Bytes of a file of manifests, and of a file of policies.
  package var documentBytes = 1024 * 1024
  /// Bytes of a contract.
  package var contractBytes = 4 * 1024 * 1024
  /// Files below the given folders.
  package var files = 2000
  /// Folders within folders.
  package var folderDepth = 8
  /// Manifests in all files.
  package var manifests = 10_000
  /// Mappings, lists and scalars within each other.
  package var nesting = 32

  package init() {}
}
