import HTTPMessages
import Testing

@Suite("Bytes of a field value")
struct FieldValueByteTests {
  @Test("are judged alike at every place, whatever stands beside them")
  func everyBytePlace() {
    let neighbours: [UInt8] = [0x20, 0x21, 0x7E, 0x80, 0xFF, 0x09, 0x1F + 1]
    for neighbour in neighbours {
      for byte in UInt8.min...UInt8.max where byte != 0x0A {
        for place in 0..<17 {
          var value = [UInt8](repeating: neighbour, count: 17)
          value[place] = byte
          let isForbidden = (byte < 0x20 && byte != 0x09) || byte == 0x7F
          let bytes =
            Array("GET / HTTP/1.1\r\nHost: a\r\nX: (".utf8) + value + Array(")\r\n\r\n".utf8)
          if case .accepted(_, _, _, let fields) = parse([bytes]).outcome {
            if isForbidden || fields.last?.value.dropFirst().dropLast().elementsEqual(value) != true
            {
              Issue.record("byte \(byte) at \(place) was accepted or changed")
            }
          } else if !isForbidden {
            Issue.record("byte \(byte) at \(place) was refused")
          }
        }
      }
    }
  }
}
