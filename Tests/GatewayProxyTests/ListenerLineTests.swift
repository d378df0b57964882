import GatewayProxy
import Testing

@Suite("Listeners one after the other")
final class ListenerLineTests {
  private var line = ListenerLine<String>()

  private func next(_ wanted: String) -> Int? { self.line.next(wanted) }
  private func ready(_ number: Int) -> Int? { self.line.ready(number) }
  private func end(_ number: Int, hasFailed: Bool) -> ListenerLine<String>.End {
    self.line.end(number, hasFailed: hasFailed)
  }

  @Test("the one of before is relieved once the next one listens, and not earlier")
  func succession() {
    #expect(self.next("a") == 1)
    #expect(self.ready(1) == nil)
    #expect(self.next("a") == nil)
    #expect(self.next("b") == 2)
    #expect(self.ready(2) == 1)
    #expect(self.end(1, hasFailed: false) == .inOrder)
    #expect(self.next("b") == nil)
    #expect(self.next("a") == 3)
  }

  @Test("one that cannot listen changes nothing, and its address may be tried again")
  func failure() {
    #expect(self.next("a") == 1)
    #expect(self.ready(1) == nil)
    #expect(self.next("b") == 2)
    #expect(self.next("b") == nil)
    #expect(self.end(2, hasFailed: true) == .withoutEffect)
    #expect(self.next("a") == nil)
    #expect(self.next("b") == 3)
    #expect(self.ready(3) == 1)
  }

  @Test("without one in charge a failure is the end")
  func fatal() {
    #expect(self.next("a") == 1)
    #expect(self.end(1, hasFailed: true) == .fatal)
    #expect(self.next("b") == 2)
    #expect(self.ready(2) == nil)
    #expect(self.end(2, hasFailed: true) == .fatal)
  }

  @Test("one that listens later than its successor stops at once")
  func overtaken() {
    #expect(self.next("a") == 1)
    #expect(self.ready(1) == nil)
    #expect(self.next("b") == 2)
    #expect(self.next("c") == 3)
    #expect(self.ready(3) == 1)
    #expect(self.ready(2) == 2)
    #expect(self.next("d") == 4)
    #expect(self.ready(4) == 3)
  }

  @Test("a failure of one that was overtaken does not let the latest be tried again")
  func earlierFailure() {
    #expect(self.next("a") == 1)
    #expect(self.ready(1) == nil)
    #expect(self.next("b") == 2)
    #expect(self.next("c") == 3)
    #expect(self.end(2, hasFailed: true) == .withoutEffect)
    #expect(self.next("c") == nil)
  }

  @Test("it is over when all have ended after closing, and nobody begins then")
  func closing() {
    #expect(self.next("a") == 1)
    #expect(!self.line.isOver)
    self.line.close()
    #expect(!self.line.isOver)
    #expect(self.next("b") == nil)
    #expect(self.end(1, hasFailed: false) == .inOrder)
    #expect(self.line.isOver)
  }
}
