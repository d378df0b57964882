/// One step of a compiled condition.
///
/// What ``a``, ``b`` and ``c`` are depends on the code; nodes are named by their places in
/// ``CompiledCode/nodes``.
struct CompiledNode: Sendable {
  enum Code: UInt8, Sendable {
    /// `a`: place among the constants.
    case constant
    /// A constant part that cannot be evaluated. `a`: place among the failures.
    case failure
    case principal, action, resource, context
    /// `a`: node; `b`: name.
    case attribute
    /// An attribute of the context. `b`: name.
    case contextAttribute
    /// `a`: condition; `b` and `c`: branches.
    case conditional
    /// `a` and `b`: nodes.
    case sum, difference, product, tag
    /// Whatever has no code of its own. `a` and `b`: the list of nodes.
    case operation

    // From here on the value is a bool.

    /// `a` and `b`: the list of nodes.
    case and, or
    case not
    /// `a` and `b`: nodes.
    case equal, notEqual, isIn
    /// `a` and `b`: nodes; `c`: 0 for the operators, 1 for the methods of decimals.
    case less, lessOrEqual, greater, greaterOrEqual
    /// `a`: node; `b`: type; `c`, for the second: what it is in.
    case isType, isTypeIn
    /// `a`: node; `b` and `c`: the list of names.
    case has
    /// `a`: node; `b`: place among the patterns.
    case like
    case isEmpty
    /// `a` and `b`: nodes.
    case contains, containsAll, containsAny, hasTag, isInRange

    var isTest: Bool { rawValue >= Code.and.rawValue }
  }

  let code: Code

  /// Whether the value, if there is one, is always pooled.
  let isPooled: Bool
  var a: Int32 = 0
  var b: Int32 = 0
  var c: Int32 = 0
}

/// The conditions of all policies.
struct CompiledCode: Sendable {
  var nodes: [CompiledNode] = []

  /// The expression of each node, for failures and for what has no code of its own.
  var expressions: [Expression] = []

  /// Lists of nodes and of names.
  var lists: [Int32] = []
  var constants: [PooledValue] = []
  var failures: [EvaluationFailure] = []
  var patterns: [CompiledPattern] = []
}
