extension Typechecker {
  /// `&&`: what is behind something that is never true is not looked at.
  mutating func conjunction(_ operands: [Expression], _ known: Capabilities) -> Found {
    var result = Found(.bool(true))
    var here = known
    for operand in operands {
      let found = bool(operand, here)
      guard case .bool(let constant)? = found.type else {
        result.type = nil
        here = .all
        continue
      }
      if constant == false { return Found(result.type == nil ? nil : .bool(false)) }
      if constant == nil, result.type != nil { result.type = .bool(nil) }
      here.formUnion(found.capabilities)
      result.capabilities.formUnion(found.capabilities)
    }
    return result.type == nil ? Found(nil) : result
  }

  /// `||`: what is behind something that is always true is not looked at.
  mutating func disjunction(_ operands: [Expression], _ known: Capabilities) -> Found {
    var result: Found?
    var hasFailed = false
    for operand in operands {
      let found = bool(operand, known)
      guard case .bool(let constant)? = found.type else {
        hasFailed = true
        continue
      }
      if constant == true {
        result = found
        break
      }
      result = result.map { either($0, found) } ?? found
    }
    return hasFailed ? Found(nil) : result ?? Found(.bool(false))
  }

  /// Of two sides, none of which is always true.
  private func either(_ left: Found, _ right: Found) -> Found {
    if case .bool(false)? = left.type { return right }
    if case .bool(false)? = right.type { return left }
    return Found(.bool(nil), left.capabilities.intersection(right.capabilities))
  }

  mutating func conditional(_ operands: [Expression], _ known: Capabilities) -> Found {
    guard operands.count == 3 else { return Found(nil) }
    let (then, otherwise) = (operands[1], operands[2])
    let condition = bool(operands[0], known)
    guard case .bool(let constant)? = condition.type else {
      _ = check(then, .all)
      _ = check(otherwise, known)
      return Found(nil)
    }
    switch constant {
    case true?:
      var found = check(then, known.union(condition.capabilities))
      found.capabilities.formUnion(condition.capabilities)
      return found
    case false?: return check(otherwise, known)
    case nil: return branches(condition.capabilities, then, otherwise, known)
    }
  }

  private mutating func branches(
    _ tested: Capabilities, _ then: Expression, _ otherwise: Expression, _ known: Capabilities
  ) -> Found {
    var left = check(then, known.union(tested))
    let right = check(otherwise, known)
    guard let one = left.type, let other = right.type else { return Found(nil) }
    guard let type = StaticType.common(one, other) else {
      incompatible(
        one, other, then.span.through(otherwise.span), hint: "both branches must have one type")
      return Found(nil)
    }
    left.capabilities.formUnion(tested)
    return Found(type, left.capabilities.intersection(right.capabilities))
  }
}
