import Glibc
import SecretFiles
import Testing

/// A folder that is gone when the test is over.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/secret-files-XXXXXX".utf8CString)
    self.path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit {
    guard let folder = opendir(self.path) else { return }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { remove("\(self.path)/\(name)") }
    }
    closedir(folder)
    rmdir(self.path)
  }

  func file(_ name: String = "key") -> SecretFile {
    SecretFile(path: "\(self.path)/\(name)", purpose: "the key")
  }

  func mode(of file: SecretFile) -> mode_t? {
    var status = stat()
    return stat(file.path, &status) == 0 ? status.st_mode & 0o7777 : nil
  }
}

@Suite struct SecretFileTests {
  private func refusal(_ body: () throws(SecretFileError) -> Void) -> String {
    do throws(SecretFileError) {
      try body()
      return ""
    } catch {
      return error.description
    }
  }

  @Test("what was written is read back, and only its owner may")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let file = folder.file()
    #expect(try file.read(length: 3) == nil)
    try file.create([1, 2, 3])
    #expect(try file.read(length: 3) == [1, 2, 3])
    #expect(folder.mode(of: file) == 0o600)
    #expect(access(file.path + ".new", F_OK) != 0, "nothing is left behind")
  }

  @Test("a secret that is there is never replaced")
  func exclusive() throws {
    let folder = try TemporaryFolder()
    let file = folder.file()
    try file.create([1])
    #expect(
      self.refusal { () throws(SecretFileError) in try file.create([2]) }.contains(
        "cannot be written"))
    #expect(try file.read(length: 1) == [1])
    #expect(access(file.path + ".new", F_OK) != 0)
  }

  @Test("what an interrupted start left behind is no obstacle")
  func leftover() throws {
    let folder = try TemporaryFolder()
    try folder.file("key.new").create([9, 9])
    try folder.file().create([1])
    #expect(try folder.file().read(length: 1) == [1])
  }

  @Test(
    "any other mode is refused with what to do",
    arguments: [0o644, 0o640, 0o660, 0o604, 0o700, 0o400, 0o4600, 0o666, 0o777] as [mode_t])
  func modes(mode: mode_t) throws {
    let folder = try TemporaryFolder()
    let file = folder.file()
    try file.create([1])
    #expect(chmod(file.path, mode) == 0)
    let refusal = self.refusal { () throws(SecretFileError) in _ = try file.read(length: 1) }
    #expect(refusal.contains("has mode 0\(String(mode, radix: 8))"))
    #expect(refusal.contains("chmod 600"))
  }

  @Test("another length is refused, and says which", arguments: [0, 1, 31, 33, 100_000])
  func lengths(count: Int) throws {
    let folder = try TemporaryFolder()
    let file = folder.file()
    try file.create([UInt8](repeating: 0xAB, count: count))
    let refusal = self.refusal { () throws(SecretFileError) in _ = try file.read(length: 32) }
    #expect(refusal.contains("holds \(min(count, 33)) bytes, not 32"))
  }

  @Test("a symbolic link is not followed, to whatever it leads")
  func symbolicLink() throws {
    let folder = try TemporaryFolder()
    try folder.file("real").create([1])
    #expect(symlink(folder.file("real").path, folder.file().path) == 0)
    #expect(
      self.refusal { () throws(SecretFileError) in _ = try folder.file().read(length: 1) }
        .contains("cannot be opened"))
    #expect(
      self.refusal { () throws(SecretFileError) in try folder.file().create([2]) }
        .contains("cannot be written"))
    #expect(try folder.file("real").read(length: 1) == [1])
  }

  @Test("what is no regular file is refused at once: a folder, a named pipe, a device")
  func irregular() throws {
    let folder = try TemporaryFolder()
    #expect(mkdir(folder.file("folder").path, 0o600) == 0)
    #expect(mkfifo(folder.file("pipe").path, 0o600) == 0)
    for file in [
      folder.file("folder"), folder.file("pipe"), SecretFile(path: "/dev/zero", purpose: "the key"),
    ] {
      #expect(
        self.refusal { () throws(SecretFileError) in _ = try file.read(length: 1) }
          .contains("is not a regular file"))
    }
  }

  @Test("a folder that does not exist is an error, not a missing secret that may be made")
  func missingFolder() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("missing/key")
    #expect(
      self.refusal { () throws(SecretFileError) in try file.create([1]) }.contains(
        "cannot be created"))
  }

  @Test("a file of another user is refused, even for root", .enabled(if: geteuid() == 0))
  func otherOwner() throws {
    let folder = try TemporaryFolder()
    let file = folder.file()
    try file.create([1])
    #expect(chown(file.path, 65534, 65534) == 0)
    let refusal = self.refusal { () throws(SecretFileError) in _ = try file.read(length: 1) }
    #expect(refusal.contains("belongs to uid 65534"))
  }

  @Test("no error shows what the file holds")
  func noSecretInErrors() throws {
    let folder = try TemporaryFolder()
    let file = folder.file()
    try file.create(Array("MARKED".utf8))
    for length in [1, 5, 7, 100] {
      let refusal = self.refusal { () throws(SecretFileError) in _ = try file.read(length: length) }
      #expect(!refusal.isEmpty && !refusal.contains("MARKED") && !refusal.contains("77"))
    }
  }
}
