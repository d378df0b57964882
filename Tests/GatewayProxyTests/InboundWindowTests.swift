import NIOCore
import Testing

@testable import GatewayProxy

@Suite("How much a client may send before it is told to go on")
struct InboundWindowTests {
  private static let whole = 65_535

  @Test("nothing is given back before half of the window is used, and then all of it")
  func half() {
    var window = InboundWindow()
    #expect(window.opening(held: 0) == nil)
    window.changed(to: Self.whole / 2 + 1)
    #expect(window.opening(held: 0) == nil)
    window.changed(to: Self.whole / 2)
    #expect(window.opening(held: 0) == Self.whole - Self.whole / 2)
  }

  @Test("what still waits is not given back, however often one asks")
  func held() {
    var window = InboundWindow()
    window.changed(to: 0)
    for _ in 0..<3 { #expect(window.opening(held: Self.whole) == nil) }
    #expect(window.opening(held: Self.whole / 2 + 1) == nil)
    // What was taken, and no more than that.
    #expect(window.opening(held: 1000) == Self.whole - 1000)
  }

  @Test("content that nobody reads is never given back")
  func neverRead() {
    var window = InboundWindow()
    var held = 0
    while held < Self.whole {
      let piece = min(16_384, Self.whole - held)
      held += piece
      window.changed(to: Self.whole - held)
      #expect(window.opening(held: held) == nil)
    }
  }

  @Test("who reads everything never lets the client come to half of its window")
  func readAtOnce() {
    var window = InboundWindow()
    var size = Self.whole
    for piece in 1...200 {
      size -= piece * 97
      window.changed(to: size)
      if let increment = window.opening(held: 0) {
        size += increment
        window.opened(by: increment)
        // The library may say so too, now or before the next frame.
        #expect(window.opening(held: 0) == nil)
      }
      #expect(size > Self.whole / 2 && size <= Self.whole)
      window.changed(to: size)
    }
  }

  @Test("what was announced and is not counted yet is not announced again")
  func announced() {
    var window = InboundWindow()
    window.changed(to: 100)
    #expect(window.opening(held: 0) == Self.whole - 100)
    #expect(window.opening(held: 0) == nil)
    // More comes while the frame is held back.
    window.changed(to: 0)
    #expect(window.opening(held: 0) == nil)
    window.opened(by: Self.whole - 100)
    #expect(window.opening(held: 0) == nil)
    window.changed(to: 10)
    #expect(window.opening(held: 0) == Self.whole - 10)
  }

  @Test("content that goes with an announcement, before that was told, is given back too")
  func announcedSilently() {
    var window = InboundWindow()
    var size = Self.whole
    for piece in 1...200 {
      // Of the connection's window only content tells the size, together with what was announced.
      size -= piece * 97
      window.changed(to: size)
      #expect(size >= 0)
      guard let increment = window.opening(held: 0) else { continue }
      size += increment
      window.opened(by: increment)
      #expect(size == Self.whole)
      #expect(window.opening(held: 0) == nil)
    }
  }

  @Test("a window that is larger than ours, or overdrawn, traps nothing")
  func oddSizes() {
    var window = InboundWindow()
    window.changed(to: Int(Int32.max))
    #expect(window.opening(held: 0) == nil)
    window.changed(to: -Self.whole)
    #expect(window.opening(held: 0) == 2 * Self.whole)
    window.changed(to: Int(Int32.min))
    #expect((window.opening(held: 0) ?? 0) > 0)
  }
}

@Suite("Content that came before there was anybody to take it")
struct HeldContentTests {
  @Test("it comes out once, in the order in which it came")
  func order() {
    var held = HeldContent()
    #expect(held.isEmpty && held.take() == nil)
    for text in ["one", "two", "three"] { held.append(ByteBuffer(string: text)) }
    #expect(!held.isEmpty)
    #expect(held.take().map { String(buffer: $0) } == "onetwothree")
    #expect(held.isEmpty && held.take() == nil)
  }

  @Test("from a frame's worth on it asks for no more, and again once it was taken")
  func full() {
    var held = HeldContent()
    held.append(ByteBuffer(repeating: 0, count: 16_383))
    #expect(!held.isFull)
    held.append(ByteBuffer(repeating: 0, count: 1))
    #expect(held.isFull)
    #expect(held.take()?.readableBytes == 16_384)
    #expect(!held.isFull)
  }

  @Test("a piece of a large buffer is held without that buffer")
  func pieces() {
    var held = HeldContent()
    let large = ByteBuffer(repeating: 0, count: 1 << 20)
    if let piece = large.getSlice(at: 0, length: 1) { held.append(piece) }
    #expect(held.take().map { $0.capacity < 4096 } == true)
  }

  @Test("content without bytes is none")
  func empty() {
    var held = HeldContent()
    held.append(ByteBuffer())
    #expect(held.isEmpty && !held.isFull)
  }
}
