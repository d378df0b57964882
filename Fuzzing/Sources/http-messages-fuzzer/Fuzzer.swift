import HTTPMessages

/// Reads the input as a connection's bytes in every role, whole and cut.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let seed = bytes.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
  let sizes = [[1], [1 + seed % 7, 1 + seed % 61], [1 + seed % 251]]
  let whole = pieces(of: bytes, sizes: [max(1, bytes.count)])
  let requests = readRequests(whole)
  let responses = readResponses(whole, method: seed % 3 == 0 ? .head : .get)
  let chunks = readChunks(whole)
  for sizes in sizes {
    let cut = pieces(of: bytes, sizes: sizes)
    require(readRequests(cut) == requests, "requests are read alike, however they are cut")
    require(
      readResponses(cut, method: seed % 3 == 0 ? .head : .get) == responses,
      "responses are read alike, however they are cut")
    require(readChunks(cut) == chunks, "chunks are read alike, however they are cut")
  }
  return 0
}
