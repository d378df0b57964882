import Gateway
import Testing

@Suite final class WatchedPathsTests {
  private var watched = WatchedPaths(["/a", "/b"])

  private func follow(_ named: [String], isWhole: Bool) -> Bool {
    self.watched.follow(named, isWhole: isWhole)
  }

  @Test func areThoseThatWereNamedLast() {
    #expect(!self.follow(["/a", "/b"], isWhole: true))
    #expect(self.follow(["/a", "/c"], isWhole: true))
    #expect(self.watched.paths == ["/a", "/c"])
  }

  @Test func keepWhatWasWatchedWhileSomethingIsWrong() {
    #expect(!self.follow(["/a"], isWhole: false))
    #expect(self.watched.paths == ["/a", "/b"])
    #expect(self.follow(["/a", "/c"], isWhole: false))
    #expect(self.watched.paths == ["/a", "/b", "/c"])
    #expect(!self.follow([], isWhole: false))
    #expect(self.follow(["/a", "/c"], isWhole: true))
    #expect(self.watched.paths == ["/a", "/c"])
  }
}
