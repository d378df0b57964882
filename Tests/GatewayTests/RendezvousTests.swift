import Gateway
import Testing

@Suite("Handing elements over one at a time")
struct RendezvousTests {
  @Test("elements arrive in order, and the end after them")
  func order() async throws {
    let pipe = Rendezvous<Int>()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for number in 0..<100 { #expect(await pipe.send(number)) }
        pipe.finish()
      }
      var received: [Int] = []
      while let number = try await pipe.next() { received.append(number) }
      #expect(received == Array(0..<100))
      try await group.waitForAll()
    }
  }

  @Test("an error ends it for the receiver, and offers are refused from then on")
  func failure() async {
    struct Broken: Error {}
    let pipe = Rendezvous<Int>()
    pipe.finish(throwing: Broken())
    await #expect(throws: Broken.self) { try await pipe.next() }
    #expect(await !pipe.send(1))
  }

  @Test("whoever is cancelled does not wait for ever")
  func cancellation() async {
    let pipe = Rendezvous<Int>()
    await withTaskGroup(of: Bool.self) { group in
      group.addTask { await pipe.send(1) }
      group.cancelAll()
      #expect(await group.next() == false)
    }
    await withTaskGroup(of: Bool.self) { group in
      group.addTask { (try? await pipe.next()) == .some(nil) }
      group.cancelAll()
      #expect(await group.next() == true)
    }
  }
}
