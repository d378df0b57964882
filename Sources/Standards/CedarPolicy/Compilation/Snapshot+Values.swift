extension Snapshot {
  func operand(_ value: CedarValue) -> Operand {
    if let pooled = PooledValue(selfContained: value) { return .pooled(pooled) }
    if case .entity(let uid) = value, let number = number(of: uid) {
      return .pooled(.entity(number))
    }
    return .built(value)
  }

  func value(_ operand: Operand, _ request: borrowing NumberedRequest) -> CedarValue {
    switch operand {
    case .built(let value): value
    case .pooled(let pooled): value(pooled, request)
    }
  }

  func value(_ pooled: PooledValue, _ request: borrowing NumberedRequest) -> CedarValue {
    switch pooled.kind {
    case .bool: .bool(pooled.bits != 0)
    case .long: .long(pooled.bits)
    case .decimal: .decimal(CedarDecimal(tenThousandths: pooled.bits))
    case .datetime: .datetime(CedarDateTime(millisecondsSince1970: pooled.bits))
    case .duration: .duration(CedarDuration(milliseconds: pooled.bits))
    case .text: .string(pool.text(pooled.number))
    case .entity: .entity(uid(pooled.number, request))
    case .set: .set(pool.sets[Int(pooled.number)].value)
    case .record: .record(pool.records[Int(pooled.number)].value)
    case .address: .ip(pool.addresses[Int(pooled.number)])
    }
  }

  func number(of uid: EntityUID) -> Int32? {
    entities.numbers.number(of: uid, among: entities.uids)
  }

  /// The first of the numbers that the entities of the snapshot do not have.
  var unknownNumber: Int32 { Int32(clamping: entities.count) }

  func uid(_ number: Int32, _ request: borrowing NumberedRequest) -> EntityUID {
    entities.isKnown(number) ? entities.uids[Int(number)] : request.unknown(number)
  }

  func isEqual(_ one: Operand, _ other: Operand, _ request: borrowing NumberedRequest) -> Bool {
    switch (one, other) {
    case (.pooled(let one), .pooled(let other)): one == other
    case (.built(let one), .built(let other)): one == other
    case (.pooled(let pooled), .built(let built)), (.built(let built), .pooled(let pooled)):
      isEqual(pooled, built, request)
    }
  }

  /// Values that are their own numbers are never built.
  private func isEqual(
    _ pooled: PooledValue, _ built: CedarValue, _ request: borrowing NumberedRequest
  ) -> Bool {
    switch (pooled.kind, built) {
    case (.text, .string(let text)): sameCodePoints(pool.text(pooled.number), text)
    case (.entity, .entity), (.set, .set), (.record, .record), (.address, .ip):
      value(pooled, request) == built
    default: false
    }
  }

  /// The number of a text, nil for texts that the snapshot does not have and for other types.
  func textNumber(_ operand: Operand) -> Int32? {
    switch operand {
    case .pooled(let pooled) where pooled.kind == .text: pooled.number
    case .built(.string(let text)): pool.number(ofText: text)
    default: nil
    }
  }
}
