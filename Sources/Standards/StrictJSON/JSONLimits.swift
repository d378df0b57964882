/// How much a parser accepts before it refuses a document.
public struct JSONLimits: Sendable, Hashable {
  /// The longest document, in bytes.
  public var maximumBytes: Int
  /// How deep arrays and objects may be nested; a document of one object has depth 1. Values above
  /// `deepest` count as `deepest`.
  public var maximumDepth: Int
  /// The most members in one object.
  public var maximumMembers: Int
  /// The most elements in one array.
  public var maximumElements: Int

  /// The depth that the parser never exceeds, because each level takes stack.
  public static let deepest = 256

  /// 1 MiB, 32 levels, 4,096 members, 65,536 elements.
  public static let standard = JSONLimits()

  public init(
    maximumBytes: Int = 1_048_576, maximumDepth: Int = 32, maximumMembers: Int = 4_096,
    maximumElements: Int = 65_536
  ) {
    self.maximumBytes = maximumBytes
    self.maximumDepth = maximumDepth
    self.maximumMembers = maximumMembers
    self.maximumElements = maximumElements
  }
}
