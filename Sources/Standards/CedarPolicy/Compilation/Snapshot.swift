/// Policies and entities in the form that is evaluated. Immutable, so that any number of threads
/// may share it.
///
/// A class, because one reference is all that a decision has to hold on to.
final class Snapshot: Sendable {
  let policies: PolicySet
  let store: Entities

  /// For each policy its id alone, as most decisions have it.
  let ids: [[PolicyID]]

  let pool: ValuePool
  let entities: EntityTable
  let code: CompiledCode
  let compiled: [CompiledPolicy]
  let index: ScopeIndex

  init(_ policies: PolicySet, _ store: Entities) {
    var compiler = PolicyCompiler(store)
    let compiled = policies.policies.map { compiler.compiled($0) }
    compiler.conditions.builder.finish()
    self.policies = policies
    self.store = store
    ids = policies.policies.map { [$0.id] }
    pool = compiler.conditions.builder.pool
    entities = compiler.conditions.builder.entities
    code = compiler.conditions.code
    self.compiled = compiled
    index = ScopeIndexBuilder(compiled, compiler.lists, entities).index()
  }
}
