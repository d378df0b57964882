import ArgumentParser
import Glibc

/// How a command ended: 0 done, 1 refused or failed, 2 wrong usage.
enum Outcome: Equatable {
  /// Help or another text that was asked for.
  case answered(String)
  case failed([String])
  case misused(String)
  /// The command has said everything itself.
  case silent(Int32)

  init(of error: any Error) {
    switch error {
    case let failure as CommandFailure: self = .failed(failure.lines)
    case let code as ExitCode: self = .silent(code.rawValue)
    default: self.init(parsing: error)
    }
  }

  private init(parsing error: any Error) {
    let code = Gatehouse.exitCode(for: error)
    let message = Gatehouse.message(for: error)
    if code.isSuccess {
      self = .answered(Gatehouse.fullMessage(for: error))
    } else if code == .validationFailure {
      self = .misused(message)
    } else {
      self = .failed([message.isEmpty ? "\(error)" : message])
    }
  }

  /// Writes what there is to say and gives the exit code.
  func report() -> Int32 {
    switch self {
    case .answered(let text):
      Terminal.write(text)
      return 0
    case .failed(let lines):
      for line in lines { Terminal.complain(line) }
      return 1
    case .misused(let message):
      let sentence = message.hasSuffix(".") ? String(message.dropLast()) : message
      Terminal.complain("\(sentence); `gatehouse <command> --help` says what there is")
      return 2
    case .silent(let code):
      return code
    }
  }
}

/// A command was refused or failed. Each line says what to do next, and holds no secret.
struct CommandFailure: Error {
  let lines: [String]

  init(_ line: String) {
    self.lines = [line]
  }

  init(lines: [String]) {
    self.lines = lines
  }
}
