/// Something in a log's folder.
package struct FolderItem: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case file
    case folder
    /// A symbolic link, socket, device or anything else that a log never has.
    case other
  }

  /// The path relative to the log's folder, with `/` between names.
  package let path: String
  package let kind: Kind
  /// The length of a file, in bytes; 0 for everything else.
  package let size: UInt64

  package init(path: String, kind: Kind, size: UInt64) {
    self.path = path
    self.kind = kind
    self.size = size
  }
}

/// Reads a log's folder. Paths are relative to it.
package protocol LogFolder: Sendable {
  /// Everything in the folder, at every depth, without the folder itself. Links are not followed.
  func items() throws -> [FolderItem]

  /// At most `count` bytes of a file from `offset` on; fewer at its end; nil if there is no file.
  func read(_ path: String, from offset: UInt64, count: Int) throws -> [UInt8]?
}

/// Writes a log's folder. Every call returns only when what it did is durable.
package protocol LogFiles: LogFolder {
  /// Puts bytes at `offset` of a file, which is made, with its folders, if it does not exist.
  func append(_ bytes: [UInt8], to path: String, at offset: UInt64) throws

  /// Puts a whole file in place in one step: readers see the old content or the new.
  func replace(_ path: String, with bytes: [UInt8]) throws

  /// Removes a file, or a folder with the files in it. Removing nothing is not an error.
  func remove(_ path: String) throws

  /// Moves what a file has from `offset` on to a new file outside of the log's folder, and cuts
  /// the file there. Returns the new file's path.
  func quarantine(_ path: String, from offset: UInt64) throws -> String
}

/// A file or folder that could not be read or written.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  package let path: String
  /// What was tried, such as `open` or `fdatasync`.
  package let operation: String
  /// The system's error number.
  package let number: Int32
  package let reason: String

  package var description: String { "\(path): cannot \(operation): \(reason)" }
}
