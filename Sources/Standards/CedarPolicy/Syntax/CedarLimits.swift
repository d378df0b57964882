/// The sizes beyond which a text is refused, so that no input exhausts stack or memory.
///
/// Cedar's grammar sets no limits; its reference implementation overflows its stack instead.
public enum CedarLimits {
  /// The longest policy text, in UTF-8 bytes.
  public static let textLength = 4 * 1024 * 1024

  /// The deepest nesting of an expression, counted both in the text (brackets and branches) and
  /// in the tree that it makes (one level for each operator, call and access).
  ///
  /// Parsing, evaluating and releasing an expression of this depth takes at most about half of a
  /// 512 KiB stack, in builds without optimisation too. Chains of one operator are not deep.
  public static let nesting = 64

  /// The longest JSON text of entities or of a request, in UTF-8 bytes.
  public static let jsonLength = 16 * 1024 * 1024

  /// The deepest nesting of a JSON text. A policy takes three levels and more for one of its own.
  public static let jsonNesting = 512

  /// The most ancestors of entities, those of each entity counted.
  ///
  /// A chain of entities, each in the next, has nearly half as many as the square of its length.
  public static let ancestors = 4 * 1024 * 1024

  /// The most parts of a type in a schema, the parts of its common types counted each time.
  public static let typeSize = 65_536

  /// The most parts of a schema: parents, types to which actions apply, ids, and the parts of
  /// attributes, tags and contexts, counted for each entity type and action of a declaration.
  ///
  /// A declaration of many names means the product of these and what is declared of them.
  public static let schemaSize = 4 * 1024 * 1024

  /// The most combinations of action, principal type and resource type for which one policy is
  /// validated. Types that its conditions do not look at are not counted.
  public static let environments = 262_144
}
