import CedarPolicy
import Testing

@Suite("Mistakes in schemas")
struct SchemaErrorTests {
  @Test("each mistake has its place, what was expected and a hint", arguments: mistakes)
  func mistake(text: String, error: String) {
    #expect(schemaError(text) == error)
  }

  private static let mistakes = [
    ("entity Usr;\nentity Doc in User;", "2:15: unknown entity type `User` (did you mean `Usr`?)"),
    ("entity U {\n  n: Lnog };", "2:6: unknown type `Lnog` (did you mean `Long`?)"),
    (
      "namespace N { entity User; entity D { u: Uesr }; }",
      "1:42: unknown type `Uesr` (did you mean `User`?)"
    ),
    ("action view in veiw;", "1:16: unknown action `veiw` (did you mean `view`?)"),
    ("entity U; entity U;", "1:18: the entity type `U` is declared twice"),
    ("entity U, U;", "1:11: the entity type `U` is declared twice"),
    ("type T = Long; type T = Long;", "1:21: the type `T` is declared twice"),
    ("action a, \"a\";", "1:11: the action `Action::\"a\"` is declared twice"),
    ("namespace N {} namespace N {}", "1:26: the namespace `N` is declared twice"),
    ("entity E { a: Long, \"a\": Nope };", "1:21: the attribute `a` stands twice"),
    (
      "type A = {b: B}; type B = Set<A>;",
      "1:6: the type `A` is, through its parts, made of itself"
    ),
    ("type T = T;", "1:6: the type `T` is, through its parts, made of itself"),
    (
      "action b in a; action a in b;",
      "1:23: the action `Action::\"a\"` is, through its groups, in itself"
    ),
    ("action a in a;", "1:8: the action `Action::\"a\"` is, through its groups, in itself"),
    (
      "entity U; action a appliesTo { principal: U, resource: U, context: Set<Long> };",
      "1:68: the context of an action must be a record (write it between `{` and `}`)"
    ),
    (
      "action a appliesTo { principal: U };",
      "1:10: expected `principal` and `resource` in `appliesTo` "
        + "(an action without `appliesTo` is a group of actions)"
    ),
    (
      "type Long = Bool;",
      "1:6: `Long` is the name of a type of the language (choose another name)"
    ),
    (
      "entity Action;",
      "1:8: no entity type may be called `Action` (it is the type of the actions)"
    ),
    (
      "entity if;",
      "1:8: expected an entity type's name, found `if` (the word is reserved)"
    ),
    (
      "namespace A::__cedar {}",
      "1:11: names with `__cedar` belong to the language (choose another name)"
    ),
    ("type T = __cedar::Foo;", "1:10: unknown type `__cedar::Foo`"),
    (
      "entty E;",
      "1:1: expected `namespace`, `entity`, `action`, `type`, found `entty` "
        + "(did you mean `entity`?)"
    ),
    ("entity E", "1:9: expected `;` after the entity type, found the end of the text"),
    ("entity E { a Long };", "1:14: expected `:` after the attribute's name, found `Long`"),
    ("type T = Set<Long;", "1:18: expected `>` after the type of the set's elements, found `;`"),
    ("entity E enum [];", "1:16: expected an entity's id as a string, found `]`"),
    ("@a @a entity E;", "1:5: expected each annotation once, found `a`"),
    (
      "action a attributes { x: Long };",
      "1:23: expected `}`, found `x` (actions have no attributes)"
    ),
    (
      "action a in N::Action;",
      "1:13: expected an action, found a type "
        + "(an action of a namespace is written `Namespace::Action::\"name\"`)"
    ),
  ]

  @Test("mistakes in JSON have a place too", arguments: mistakesInJSON)
  func mistakeInJSON(entityType: String, error: String) {
    let text = "{\"\": {\"actions\": {}, \"entityTypes\":\n{\"E\": \(entityType)}}}"
    #expect(schemaJSONError(text) == error)
  }

  private static let mistakesInJSON = [
    (#"{"memberOfTypes": ["F"]}"#, "2:26: unknown entity type `F`"),
    (#"{"memberOf": []}"#, "2:8: unknown member `memberOf` of an entity type"),
    (
      #"{"shape": {"type": "Long"}}"#,
      "2:26: the attributes of an entity must be a record (write it between `{` and `}`)"
    ),
    (#"{"tags": {"type": "Set"}}"#, "2:16: a type of this kind lacks the member `element`"),
    (#"{"tags": {"type": "Lnog"}}"#, "2:25: unknown type `Lnog` (did you mean `Long`?)"),
    (#"{"tags": {"type": "Entity", "name": "X"}}"#, "2:43: unknown type `X`"),
    (
      #"{"shape": {"type": "Record", "attributes": {}, "additionalAttributes": true}}"#,
      "2:78: records with further attributes are not a part of Cedar "
        + "(leave out `additionalAttributes`)"
    ),
    (
      #"{"shape": {"type": "Record", "attributes": {}, "additionalAttributes": null}}"#,
      "2:78: expected false, found null"
    ),
    (
      #"{"annotations": {"a b": "x"}}"#,
      "2:24: expected an identifier as an annotation's name, found `a b`"
    ),
    (#"{"enum": []}"#, "2:16: an enumerated entity type has no ids"),
  ]

  @Test(
    "JSON that is no schema is refused",
    arguments: [
      "", "[]", "null", "{\"N \": {\"entityTypes\": {}, \"actions\": {}}}", "{\"\": {}}",
      "{\"\": {\"entityTypes\": {}}}", "{\"\": {\"actions\": {}}}",
      "{\"\": {\"entityTypes\": {}, \"actions\": {}, \"annotations\": {\"a\": \"b\"}}}",
      "{\"\": {\"entityTypes\": {}, \"actions\": {\"a\": {\"attributes\": {}}}}}",
      "{\"\": {\"entityTypes\": {\"A B\": {}}, \"actions\": {}}}",
    ])
  func noSchema(text: String) {
    #expect(schemaJSONError(text) != nil)
  }
}
