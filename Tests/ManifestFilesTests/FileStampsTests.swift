import Foundation
import Glibc
import ManifestFiles
import Testing

@Suite struct FileStampsTests {
  private func stamps(_ folder: TemporaryFolder) -> FileStamps? {
    FileStamps(of: [folder.path])
  }

  @Test func staysTheSameWhileNothingChanges() throws {
    let folder = try TemporaryFolder(["a.yaml": "1", "b/c.cedar": "2"])
    #expect(self.stamps(folder) == self.stamps(folder))
    #expect(self.stamps(folder)?.count == 2)
    _ = try String(contentsOfFile: "\(folder.path)/a.yaml", encoding: .utf8)
    #expect(self.stamps(folder) == self.stamps(folder))
  }

  enum Change: CaseIterable, Sendable {
    case rewritten, grown, replaced, added, removed, renamed, inFolder, modeOnly, linkMoved
  }

  @Test(arguments: Change.allCases)
  func seesEveryChange(change: Change) throws {
    let folder = try TemporaryFolder([
      "a.yaml": "1", "b/c.cedar": "2", "..one/l.yaml": "x", "..two/l.yaml": "x",
    ])
    try folder.link("..data", to: "..one")
    try folder.link("l.yaml", to: "..data/l.yaml")
    let before = self.stamps(folder)
    func path(_ name: String) -> String { "\(folder.path)/\(name)" }
    // Beyond the granularity of the file system's clock: times are set, not waited for.
    func touch(_ name: String) { utimes(path(name), [timeval](repeating: timeval(), count: 2)) }
    switch change {
    case .rewritten:
      let handle = try FileHandle(forWritingTo: URL(filePath: path("a.yaml")))
      try handle.write(contentsOf: Data("2".utf8))
      try handle.close()
      touch("a.yaml")
    case .grown: try folder.write("a.yaml", "11")
    case .replaced:
      try folder.write("a.new", "1")
      rename(path("a.new"), path("a.yaml"))
    case .added: try folder.write("z.yaml", "")
    case .removed: unlink(path("a.yaml"))
    case .renamed: rename(path("a.yaml"), path("d.yaml"))
    case .inFolder: try folder.write("b/d.cedar", "3")
    case .modeOnly: chmod(path("a.yaml"), 0o600)
    case .linkMoved:
      // As Kubernetes changes a ConfigMap.
      symlink("..two", path("..data_tmp"))
      rename(path("..data_tmp"), path("..data"))
    }
    #expect(self.stamps(folder) != before)
  }

  @Test func knowsThatSomebodyIsWriting() throws {
    let folder = try TemporaryFolder(["a.yaml": "1", "b.yaml": "2"])
    #expect(self.stamps(folder)?.isBeingWritten == false)
    let descriptor = open("\(folder.path)/b.yaml", O_WRONLY)
    #expect(self.stamps(folder)?.isBeingWritten == true)
    close(descriptor)
    #expect(self.stamps(folder)?.isBeingWritten == false)
    let reader = open("\(folder.path)/b.yaml", O_RDONLY)
    #expect(self.stamps(folder)?.isBeingWritten == false)
    close(reader)
  }

  @Test func whatIsNotThereHasAStampToo() throws {
    let folder = try TemporaryFolder(["a.yaml": "1"])
    let paths = ["\(folder.path)/later.yaml"]
    let before = try #require(FileStamps(of: paths))
    try folder.write("later.yaml", "1")
    #expect(FileStamps(of: paths) != before)
  }

  @Test func isBounded() throws {
    let folder = try TemporaryFolder(["a/b/c/d.yaml": "1"])
    var limits = FileLimits()
    limits.folderDepth = 2
    #expect(FileStamps(of: [folder.path], limits: limits) == nil)
    symlink(folder.path, "\(folder.path)/loop")
    #expect(FileStamps(of: [folder.path]) != nil)
    mkfifo("\(folder.path)/fifo", 0o600)
    #expect(FileStamps(of: [folder.path])?.isBeingWritten == false)
  }
}
