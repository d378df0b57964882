import Gateway
import Testing

@Suite final class ReloadCycleTests {
  private var cycle = ReloadCycle(taken: 1)

  private func look(
    _ stamp: Int?, written: Bool = false, demanded: Bool = false
  ) -> Bool {
    self.cycle.look(stamp, isBeingWritten: written, isDemanded: demanded)
  }

  @Test func readsWhatHasStoppedChanging() {
    #expect(!self.look(1))
    #expect(!self.look(2))
    #expect(!self.look(3))
    #expect(self.look(3))
    self.cycle.read(3)
    #expect(!self.look(3))
    #expect(!self.look(3))
  }

  @Test func waitsForWhoeverIsWriting() {
    for _ in 0..<100 { #expect(!self.look(2, written: true)) }
    #expect(!self.look(2))
    #expect(self.look(2))
  }

  @Test func aChangeTakenBackIsNone() {
    #expect(!self.look(2))
    #expect(!self.look(1))
    #expect(!self.look(2))
    #expect(self.look(2))
  }

  @Test func whatChangedWhileItWasReadIsReadAgain() {
    #expect(!self.look(2))
    #expect(self.look(2))
    self.cycle.read(nil)
    #expect(!self.look(3))
    #expect(self.look(3))
  }

  @Test func aDemandReadsAtOnce() {
    #expect(self.look(1, demanded: true))
    #expect(self.look(nil, demanded: true))
    #expect(self.look(2, written: true, demanded: true))
    #expect(!self.look(nil))
  }

  @Test func whatCouldNotBeLookedAtIsReadAfterwards() {
    #expect(!self.look(nil))
    #expect(!self.look(1))
    #expect(self.look(1))
  }
}
