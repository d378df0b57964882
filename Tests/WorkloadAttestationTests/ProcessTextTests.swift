import Testing

@testable import WorkloadAttestation

@Suite("The kernel's text about a process")
struct ProcessTextTests {
  private static let tail = (3...21).map { "\($0)" }.joined(separator: " ") + " 98765 23 24\n"

  @Test(
    "the start time is found whatever the command is called",
    arguments: ["cat", "a b", ") R 1 1", "((", ")", "", "\u{1F600}"])
  func startTime(command: String) {
    let text = Array("42 (\(command)) \(Self.tail)".utf8)
    #expect(ProcessText.startTime(inStat: text) == 98765)
  }

  @Test(
    "text that is not of the kernel's form has no start time",
    arguments: [
      "", "42", "42 (cat", "42 (cat)", "42 (cat) R 1 2 3",
      "42 (cat) \(Array(repeating: "x", count: 30).joined(separator: " "))",
      "42 (cat) \(Array(repeating: "99999999999999999999999", count: 30).joined(separator: " "))",
      "42 (cat) \(Array(repeating: "-1", count: 30).joined(separator: " "))",
    ])
  func noStartTime(text: String) {
    #expect(ProcessText.startTime(inStat: Array(text.utf8)) == nil)
  }

  @Test("the effective user and group are read, and all groups")
  func credentials() {
    let text = "Name:\tcat\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t9 10 4294967295 \nX:\n"
    let credentials = ProcessText.credentials(inStatus: Array(text.utf8))
    #expect(credentials?.uid == 2)
    #expect(credentials?.gid == 6)
    #expect(credentials?.supplementaryGroups == [9, 10, 4_294_967_295])
  }

  @Test(
    "text that lacks one of them has no credentials",
    arguments: [
      "", "Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n", "Uid:\t1\nGid:\t5\t6\t7\t8\nGroups:\t\n",
      "Uid:\t1\t-2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t\n",
      "Uid:\t1\t4294967296\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t\n",
      "Gid:\t5\t6\t7\t8\nGroups:\t1 x\n",
    ])
  func noCredentials(text: String) {
    #expect(ProcessText.credentials(inStatus: Array(text.utf8)) == nil)
  }
}
