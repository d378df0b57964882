import Enrollment
import StrictJSON

/// Reads the files of a listing and keeps what is wrong with them.
struct ManifestCollector {
  private(set) var documents: [ManifestDocument] = []
  private(set) var policies: [PolicyFile] = []
  private(set) var sources: [ManifestSet.Key: ManifestSet.Source] = [:]
  private(set) var problems: [ManifestProblem] = []
  /// The contracts that manifests name, there or not.
  private(set) var contractPaths: [String] = []
  private let limits: FileLimits

  /// A file of YAML, read but not yet known to hold manifests.
  private struct Candidate {
    let file: FileListing.File
    let heads: [(head: ManifestHead, marks: MarkedValue)]
    let problems: [ManifestProblem]
    let isContract: Bool
  }

  init(limits: FileLimits) {
    self.limits = limits
  }

  mutating func collect(_ paths: [String]) {
    do throws(UnreadableFile) {
      let files = try FileListing(of: paths, limits: self.limits).files
      for file in files where file.kind == .policies { try self.addPolicy(file.path) }
      self.add(files.filter { $0.kind == .manifests }.map(self.candidate))
      if files.isEmpty {
        throw UnreadableFile(
          paths.first ?? ".", "there are no `.yaml`, `.yml` or `.cedar` files here")
      }
    } catch {
      self.problems.append(error.problem)
    }
  }

  // MARK: - Policies

  private mutating func addPolicy(_ path: String) throws(UnreadableFile) {
    let text = try BoundedFile.text(of: path, upTo: self.limits.documentBytes)
    let base = path.split(separator: "/").last ?? ""
    let name = String(base.dropLast(".cedar".count))
    guard !name.isEmpty else { throw UnreadableFile(path, "this policy file has no name") }
    let location = SourceLocation(file: path, line: 1, column: 1)
    guard self.claim("Policy", name, ManifestSet.Source(file: path, marks: nil), location) else {
      return
    }
    self.policies.append(PolicyFile(name: name, text: text, path: path))
  }

  // MARK: - Manifests

  private func candidate(_ file: FileListing.File) -> Candidate {
    do throws(UnreadableFile) {
      let limit = max(self.limits.documentBytes, self.limits.contractBytes)
      return self.candidate(file, try BoundedFile.text(of: file.path, upTo: limit))
    } catch {
      return Candidate(file: file, heads: [], problems: [error.problem], isContract: false)
    }
  }

  private func candidate(_ file: FileListing.File, _ text: String) -> Candidate {
    do throws(MarkedError) {
      let documents = try YAMLStream.documents(of: text, limits: self.limits)
      if documents.first?.value.objectValue?["openapi"] != nil { return self.contract(file) }
      guard text.utf8.count <= self.limits.documentBytes else {
        throw MarkedError(
          place: .init(line: 1, column: 1),
          message: "the file has more than \(self.limits.documentBytes) bytes")
      }
      guard !documents.isEmpty else {
        throw MarkedError(
          place: .init(line: 1, column: 1), message: "the file holds no document: remove it")
      }
      return self.candidate(file, documents)
    } catch {
      if Self.looksLikeContract(text) { return self.contract(file) }
      return Candidate(
        file: file, heads: [], problems: [self.problem(file, error.place, error.message)],
        isContract: false)
    }
  }

  private func candidate(_ file: FileListing.File, _ documents: [MarkedValue]) -> Candidate {
    var heads: [(ManifestHead, MarkedValue)] = []
    var problems: [ManifestProblem] = []
    for document in documents {
      do throws(ManifestError) {
        heads.append((try ManifestHead(document.value), document))
      } catch {
        let message = error.field.isEmpty ? error.message : error.description
        problems.append(self.problem(file, document.place(of: error.field), message))
      }
    }
    return Candidate(file: file, heads: heads, problems: problems, isContract: false)
  }

  /// In a folder an OpenAPI document is left alone; naming it as a manifest is a mistake.
  private func contract(_ file: FileListing.File) -> Candidate {
    let mistake = ManifestProblem(
      SourceLocation(file: file.path, line: 1, column: 1),
      "this is an OpenAPI document: a Service names it as its `contract`")
    return Candidate(
      file: file, heads: [], problems: file.isNamed ? [mistake] : [], isContract: true)
  }

  private static func looksLikeContract(_ text: String) -> Bool {
    text.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("openapi:") }
  }

  /// Takes the manifests of every file that no Service names as its contract.
  private mutating func add(_ candidates: [Candidate]) {
    var contracts: Set<String> = []
    var added: [(Candidate, [ManifestDocument])] = []
    for candidate in candidates {
      var documents: [ManifestDocument] = []
      for (head, marks) in candidate.heads {
        documents.append(self.document(head, marks, candidate.file, &contracts))
      }
      added.append((candidate, documents))
    }
    for (candidate, documents) in added where !self.isNamed(candidate.file, in: contracts) {
      self.problems.append(contentsOf: candidate.problems)
      for (document, (_, marks)) in zip(documents, candidate.heads) {
        self.add(document, marks, candidate.file)
      }
    }
  }

  private func isNamed(_ file: FileListing.File, in contracts: Set<String>) -> Bool {
    BoundedFile.realPath(file.path).map(contracts.contains) ?? false
  }

  private mutating func document(
    _ head: ManifestHead, _ marks: MarkedValue, _ file: FileListing.File,
    _ contracts: inout Set<String>
  ) -> ManifestDocument {
    var text: String?
    if head.kind == .service, let name = head.spec["contract"]?.stringValue {
      if let path = ContractFile.resolve(name, from: file.path) { self.contractPaths.append(path) }
      do throws(ManifestError) {
        let contract = try ContractFile(named: name, from: file.path, limits: self.limits)
        contracts.insert(contract.path)
        text = contract.text
      } catch {
        self.problems.append(
          self.problem(file, marks.place(of: error.field), error.description))
      }
    }
    return ManifestDocument(kind: head.kind, name: head.name, spec: head.spec, contract: text)
  }

  private mutating func add(
    _ document: ManifestDocument, _ marks: MarkedValue, _ file: FileListing.File
  ) {
    let place = marks.place(of: "metadata.name")
    let location = SourceLocation(file: file.path, line: place.line, column: place.column)
    let source = ManifestSet.Source(file: file.path, marks: marks)
    if self.claim(document.kind.rawValue, document.name, source, location) {
      self.documents.append(document)
    }
  }

  /// Whether nobody had this name before.
  private mutating func claim(
    _ kind: String, _ name: String, _ source: ManifestSet.Source, _ location: SourceLocation
  ) -> Bool {
    let key = ManifestSet.Key(kind: kind, name: name)
    guard let other = self.sources[key] else {
      self.sources[key] = source
      return true
    }
    let line = other.marks?.place(of: "metadata.name").line ?? 1
    self.problems.append(
      ManifestProblem(
        location, "a \(kind) named `\(name)` stands at \(other.file):\(line) already"))
    return false
  }

  private func problem(
    _ file: FileListing.File, _ place: MarkedValue.Place, _ message: String
  ) -> ManifestProblem {
    ManifestProblem(
      SourceLocation(file: file.path, line: place.line, column: place.column), message)
  }
}
