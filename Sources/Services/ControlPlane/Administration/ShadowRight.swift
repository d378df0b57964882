import Authorization
import CedarPolicy

/// Who may put a `forbid` into shadow.
enum ShadowRight {
  /// - Parameters:
  ///   - policies: all policies as they are after the change.
  ///   - changedFiles: the files of policies that are new or change; whoever touches a file answers
  ///     for every `forbid` that stands in shadow there.
  /// - Throws: ``AdministrationError`` that names the policy and says how to get the right.
  static func check(
    _ policies: PolicySet, changedFiles: Set<String>, by administrator: Administrator
  ) throws {
    guard !administrator.rights.contains(.shadowForbid) else { return }
    let shadowed = try PolicyModes(policies).shadowedForbids.first { policy in
      policy.source.map(changedFiles.contains) ?? true
    }
    guard let shadowed else { return }
    let right = AdministratorRight.shadowForbid.rawValue
    throw AdministrationError(
      .forbidden,
      "`\(shadowed.id)` is a forbid in shadow, which opens what it would close, and \(administrator) "
        + "lacks the right `\(right)`: ask root or the server's own user to apply it, or start the "
        + "server with `--admin-right \(right)`")
  }
}
