/// The modulus and exponent of an RSA public key that may be trusted, big-endian without leading
/// zero octets (RFC 7518 section 6.3.1).
struct RSAParameters {
  let modulus: [UInt8]
  let exponent: [UInt8]

  private static let permittedBits = 2_048...8_192
  /// The largest exponent that the cryptographic library takes.
  private static let largestExponentBits = 33

  init(modulus: [UInt8], exponent: [UInt8]) throws(JOSEError) {
    guard let first = modulus.first, first != 0, let exponentFirst = exponent.first,
      exponentFirst != 0
    else {
      throw JOSEError(.malformed, "an RSA key's numbers must be positive, without leading zeros")
    }
    guard Self.permittedBits.contains(modulus.count * 8 - first.leadingZeroBitCount) else {
      throw JOSEError(.weakKey, "an RSA modulus must have 2048 to 8192 bits")
    }
    guard exponent.count * 8 - exponentFirst.leadingZeroBitCount <= Self.largestExponentBits else {
      throw JOSEError(.unsupported, "an RSA exponent must have at most 33 bits")
    }
    guard Self.isOdd(modulus), Self.isOdd(exponent), exponent != [1] else {
      throw JOSEError(.weakKey, "an RSA key's numbers must be odd, its exponent at least 3")
    }
    guard !Self.hasInfineonFingerprint(modulus) else {
      throw JOSEError(.weakKey, "the RSA key comes from the generator of CVE-2017-15361")
    }
    self.modulus = modulus
    self.exponent = exponent
  }

  private static func isOdd(_ number: [UInt8]) -> Bool { (number.last ?? 0) & 1 == 1 }

  /// The odd primes below 702. Keys of 2048 bits and more from the broken generator have moduli
  /// that are powers of 65537 modulo each of them.
  private static let primes: [UInt32] = (3...701).filter { candidate in
    (2..<candidate).allSatisfy { candidate % $0 != 0 }
  }

  /// Whether the modulus has the form of CVE-2017-15361 (ROCA, "The Return of Coppersmith's
  /// Attack", section 3): its residue lies in the subgroup that 65537 generates, for every small
  /// prime. A sound key fails at one of the first few primes.
  private static func hasInfineonFingerprint(_ modulus: [UInt8]) -> Bool {
    primes.allSatisfy { prime in
      let residue = modulus.reduce(UInt32(0)) { ($0 << 8 | UInt32($1)) % prime }
      return isPower(of: 65_537 % prime, residue, modulo: prime)
    }
  }

  private static func isPower(
    of generator: UInt32, _ residue: UInt32, modulo prime: UInt32
  ) -> Bool {
    var power: UInt32 = 1
    repeat {
      if power == residue { return true }
      power = power * generator % prime
    } while power != 1
    return false
  }
}
