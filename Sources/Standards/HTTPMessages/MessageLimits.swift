/// How much of a message is read before it is refused. All sizes are in bytes, line ends included.
public struct MessageLimits: Sendable, Hashable {
  /// The request or status line; beyond it a request is refused with 414.
  public var startLineBytes: Int
  /// All field lines together, up to and with the empty line; beyond it 431.
  public var fieldBytes: Int
  /// The number of field lines; beyond it 431.
  public var fieldCount: Int
  /// The longest method that is looked at; beyond it 501.
  public var methodBytes: Int
  /// The trailer section of a chunked body; beyond it 431.
  public var trailerBytes: Int
  /// The number of trailer field lines; beyond it 431.
  public var trailerCount: Int

  public init(
    startLineBytes: Int = 8_192, fieldBytes: Int = 32_768, fieldCount: Int = 100,
    methodBytes: Int = 16, trailerBytes: Int = 8_192, trailerCount: Int = 32
  ) {
    self.startLineBytes = startLineBytes
    self.fieldBytes = fieldBytes
    self.fieldCount = fieldCount
    self.methodBytes = methodBytes
    self.trailerBytes = trailerBytes
    self.trailerCount = trailerCount
  }
}
