import CedarPolicy
import ManifestFiles

/// A file that a command was given.
enum InputFile {
  /// - Throws: an error that names the file, for one that cannot be read or is no text.
  static func read(_ path: String) throws(CedarParseError) -> String {
    do {
      return try BoundedFile.text(of: path, upTo: CedarLimits.jsonLength)
    } catch {
      throw CedarParseError(
        message: error.problem.message, span: SourceSpan(offset: 0, length: 0, line: 1, column: 1),
        file: path)
    }
  }
}
