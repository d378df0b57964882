import NIOCore
import Testing

@testable import GatewayProxy

@Suite("A stock of buffers")
struct BufferStockTests {
  private func address(_ buffer: ByteBuffer) -> UnsafeRawPointer? {
    buffer.withVeryUnsafeBytes { $0.baseAddress }
  }

  @Test("gives what was given back again, and empty")
  func again() {
    let stock = BufferStock()
    var buffer = stock.take(room: 100)
    #expect(buffer.writableBytes >= 100)
    buffer.writeString("a head")
    buffer.moveReaderIndex(forwardBy: 2)
    let place = self.address(buffer)
    stock.put(buffer)
    buffer = ByteBuffer()
    let again = stock.take(room: 4096)
    #expect(self.address(again) == place)
    #expect(again.readableBytes == 0)
    #expect(again.writableBytes >= 4096)
  }

  @Test("changes nothing for those who still read what was given back")
  func shared() {
    let stock = BufferStock()
    var buffer = stock.take(room: 100)
    buffer.writeString("first")
    stock.put(buffer)
    var other = stock.take(room: 100)
    other.writeString("other")
    #expect(String(buffer: buffer) == "first")
    #expect(String(buffer: other) == "other")
  }

  @Test("gives as much room as is asked for, and keeps no buffer of another size")
  func large() {
    let stock = BufferStock()
    let large = stock.take(room: 100_000)
    #expect(large.writableBytes >= 100_000)
    stock.put(large)
    #expect(stock.take(room: 1).capacity < 100_000)
  }
}
