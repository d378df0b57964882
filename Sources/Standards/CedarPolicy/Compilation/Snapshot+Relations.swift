/// Operators of two operands that fit them; nil where ``Operation`` must look at the operands.
extension Snapshot {
  func relation(_ node: CompiledNode, _ left: PooledValue, _ right: PooledValue) -> Bool? {
    switch node.code {
    case .equal: left == right
    case .notEqual: left != right
    case .less: isLess(node, left, right)
    case .lessOrEqual: isLess(node, right, left).map { !$0 }
    case .greater: isLess(node, right, left)
    case .greaterOrEqual: isLess(node, left, right).map { !$0 }
    case .isIn: isEntity(left, in: right)
    case .contains: left.kind == .set ? pool.contains(right, in: elements(left)) : nil
    case .containsAny: containsAny(left, right)
    case .containsAll: containsAll(left, right)
    case .hasTag: hasTag(left, right)
    case .isInRange: isInRange(.pooled(left), .pooled(right))
    default: nil
    }
  }

  func relation(
    _ node: CompiledNode, _ left: Operand, _ right: Operand,
    _ request: borrowing NumberedRequest
  ) -> Bool? {
    if case .pooled(let left) = left, case .pooled(let right) = right {
      return relation(node, left, right)
    }
    switch node.code {
    case .contains: return contains(left, right, request)
    case .isInRange: return isInRange(left, right)
    case .hasTag: return hasTag(left, right)
    default: return nil
    }
  }

  private func isLess(_ node: CompiledNode, _ one: PooledValue, _ other: PooledValue) -> Bool? {
    guard one.kind == other.kind else { return nil }
    switch one.kind {
    case .long, .datetime, .duration: return node.c == 0 ? one.bits < other.bits : nil
    case .decimal: return node.c == 1 ? one.bits < other.bits : nil
    default: return nil
    }
  }

  // MARK: Hierarchy

  func isEntity(_ one: PooledValue, in other: PooledValue) -> Bool? {
    guard one.kind == .entity else { return nil }
    switch other.kind {
    case .entity: return entities.isEntity(one.number, in: other.number)
    case .set: return isEntity(one.number, inAny: pool.sets[Int(other.number)])
    default: return nil
    }
  }

  /// Goes through the ancestors or through the set, whichever is shorter.
  private func isEntity(_ number: Int32, inAny set: ValuePool.PooledSet) -> Bool? {
    guard set.hasOnlyEntities else { return nil }
    let ancestors = entities.ancestors(of: number)
    guard ancestors.count < set.elements.count else {
      for place in set.elements.range
      where entities.isEntity(number, in: pool.elements[place].number) {
        return true
      }
      return false
    }
    if pool.contains(.entity(number), in: set.elements) { return true }
    for place in ancestors.range
    where pool.contains(.entity(entities.ancestors[place]), in: set.elements) {
      return true
    }
    return false
  }

  // MARK: Sets

  private func elements(_ set: PooledValue) -> Extent { pool.sets[Int(set.number)].elements }

  private func contains(
    _ set: Operand, _ element: Operand, _ request: borrowing NumberedRequest
  ) -> Bool? {
    switch (set, element) {
    case (.built(.set(let set)), _): set.contains(value(element, request))
    case (.pooled(let set), .built(.string(let text))) where set.kind == .set:
      pool.number(ofText: text).map {
        pool.contains(PooledValue(.text, number: $0), in: elements(set))
      } ?? false
    default: nil
    }
  }

  private func containsAny(_ one: PooledValue, _ other: PooledValue) -> Bool? {
    guard one.kind == .set, other.kind == .set else { return nil }
    let isLonger = elements(one).count > elements(other).count
    let (few, many) = isLonger ? (elements(other), elements(one)) : (elements(one), elements(other))
    for place in few.range where pool.contains(pool.elements[place], in: many) { return true }
    return false
  }

  private func containsAll(_ one: PooledValue, _ other: PooledValue) -> Bool? {
    guard one.kind == .set, other.kind == .set else { return nil }
    for place in elements(other).range
    where !pool.contains(pool.elements[place], in: elements(one)) {
      return false
    }
    return true
  }

  // MARK: Tags

  private func hasTag(_ base: PooledValue, _ name: PooledValue) -> Bool? {
    guard base.kind == .entity, name.kind == .text else { return nil }
    return hasTag(base.number, name.number)
  }

  private func hasTag(_ base: Operand, _ name: Operand) -> Bool? {
    guard case .pooled(let base) = base, base.kind == .entity, case .built(.string) = name else {
      return nil
    }
    return textNumber(name).map { hasTag(base.number, $0) } ?? false
  }

  private func hasTag(_ entity: Int32, _ name: Int32) -> Bool {
    entities.isKnown(entity) && pool.field(name, in: entities.tags[Int(entity)]) != nil
  }

  // MARK: Addresses

  private func isInRange(_ one: Operand, _ other: Operand) -> Bool? {
    guard let one = address(one), let other = address(other) else { return nil }
    return one.isInRange(other)
  }

  private func address(_ operand: Operand) -> CedarIPAddress? {
    switch operand {
    case .pooled(let pooled) where pooled.kind == .address: pool.addresses[Int(pooled.number)]
    case .built(.ip(let address)): address
    default: nil
    }
  }
}
