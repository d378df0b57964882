/// A value that was known when the policies were compiled, as a type and a number.
///
/// Texts, entities, sets, records and addresses are numbers in a ``ValuePool``, one for all equal
/// values: comparing two pooled values needs neither the values nor a reference count.
struct PooledValue: Sendable, Hashable {
  enum Kind: UInt8, Sendable {
    case bool, long, decimal, datetime, duration
    case text, entity, set, record, address
  }

  let kind: Kind
  let bits: Int64

  init(_ kind: Kind, _ bits: Int64) {
    self.kind = kind
    self.bits = bits
  }

  init(_ kind: Kind, number: Int32) {
    self.init(kind, Int64(number))
  }

  static func bool(_ value: Bool) -> PooledValue { PooledValue(.bool, value ? 1 : 0) }

  static func long(_ value: Int64) -> PooledValue { PooledValue(.long, value) }

  static func entity(_ number: Int32) -> PooledValue { PooledValue(.entity, number: number) }

  /// The place in the pool, for the kinds that have one.
  var number: Int32 { Int32(truncatingIfNeeded: bits) }

  /// An order for looking up; it means nothing else.
  static func precedes(_ one: PooledValue, _ other: PooledValue) -> Bool {
    one.kind == other.kind ? one.bits < other.bits : one.kind.rawValue < other.kind.rawValue
  }
}

extension PooledValue {
  /// A value that is its own number; nil for one that must be looked up in a pool.
  init?(selfContained value: CedarValue) {
    switch value {
    case .bool(let value): self = .bool(value)
    case .long(let value): self = .long(value)
    case .decimal(let value): self.init(.decimal, value.tenThousandths)
    case .datetime(let value): self.init(.datetime, value.millisecondsSince1970)
    case .duration(let value): self.init(.duration, value.milliseconds)
    case .string, .set, .record, .entity, .ip: return nil
    }
  }
}

/// A pooled value with the number of its name, in as little room as the value alone.
struct PooledField: Sendable {
  let name: Int32
  private let kind: PooledValue.Kind
  private let bits: Int64

  init(_ name: Int32, _ value: PooledValue) {
    self.name = name
    kind = value.kind
    bits = value.bits
  }

  var value: PooledValue { PooledValue(kind, bits) }
}

/// What an expression's value is while a request is decided.
enum Operand: Sendable {
  case pooled(PooledValue)

  /// A value that came with the request or was made for it: a string, set, record or address, or
  /// an entity that nothing in the snapshot names.
  case built(CedarValue)
}

/// A piece of an array that many owners share.
struct Extent: Sendable, Hashable {
  let start: Int32
  let count: Int32

  static let empty = Extent(0, count: 0)

  init(_ start: Int, count: Int) {
    self.start = Int32(clamping: start)
    self.count = Int32(clamping: count)
  }

  var range: Range<Int> { Int(start)..<(Int(start) + Int(count)) }

  var isEmpty: Bool { count == 0 }
}
