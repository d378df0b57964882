import CedarPolicy
import Testing

@Suite("Extension types")
struct ExtensionTests {
  @Test(
    "calls that hold",
    arguments: [
      #"ip("1.1.1.1") == ip("1.1.1.1/32")"#, #"ip("::") == ip("0:0:0:0:0:0:0:0")"#,
      #"ip("1:2:3:4:5:6:7::") == ip("1:2:3:4:5:6:7:0")"#, #"ip("A::") == ip("a::")"#,
      #"ip("10.0.0.1/24") != ip("10.0.0.0/24")"#, #"ip("127.0.0.1/8").isLoopback()"#,
      #"!ip("127.0.0.1/7").isLoopback()"#, #"ip("::1").isLoopback()"#,
      #"!ip("::1/1").isLoopback()"#,
      #"ip("224.0.0.1").isMulticast()"#, #"!ip("224.0.0.1/3").isMulticast()"#,
      #"ip("ff00::/8").isMulticast()"#, #"!ip("ff00::/7").isMulticast()"#,
      #"ip("10.0.0.1/24").isInRange(ip("10.0.0.0/24"))"#, #"ip("::1").isIpv6()"#,
      #"ip("0.0.0.0/0").isInRange(ip("1.2.3.4/0"))"#, #"!ip("127.0.0.1").isInRange(ip("::/0"))"#,
      #"ip("0001:0002:0003:0004:0005:0006:0007:0008/128").isIpv6()"#, #"ip("1.2.3.4").isIpv4()"#,
      #"decimal("-0.0") == decimal("0.0")"#, #"decimal("00001.0") == decimal("1.0000")"#,
      #"decimal("-922337203685477.5808").lessThan(decimal("922337203685477.5807"))"#,
      #"decimal("1.5").greaterThan(decimal("1.49"))"#,
      #"decimal("1.5").lessThanOrEqual(decimal("1.5"))"#,
      #"decimal("1.5").greaterThanOrEqual(decimal("1.5"))"#,
      #"datetime("2024-01-01T00:00:00Z") == datetime("2024-01-01")"#,
      #"datetime("2024-01-01T00:00:00+0100") == datetime("2023-12-31T23:00:00Z")"#,
      #"datetime("2024-01-01T00:00:00.123-0000") == datetime("2024-01-01T00:00:00.123Z")"#,
      #"datetime("2024-02-29").offset(duration("1d")) == datetime("2024-03-01")"#,
      #"datetime("2024-01-01").durationSince(datetime("2023-01-01")) == duration("365d")"#,
      #"datetime("1970-01-01").toTime().toMilliseconds() == 0"#,
      #"datetime("0000-01-01").durationSince(datetime("1970-01-01")).toDays() == -719528"#,
      #"datetime("9999-12-31").durationSince(datetime("1970-01-01")).toDays() == 2932896"#,
      #"datetime("1969-12-31T23:59:59Z").toTime() == duration("86399s")"#,
      #"datetime("1969-12-31T23:59:59Z").toDate() == datetime("1969-12-31")"#,
      #"datetime("2024-01-01") < datetime("2024-01-02")"#, #"duration("1d1h") < duration("2d")"#,
      #"duration("0000000000000000000000000001d") == duration("24h")"#,
      #"duration("-9223372036854775808ms").toSeconds() == -9223372036854775"#,
      #"duration("9223372036854775807ms").toDays() == 106751991167"#,
      #"duration("-1d12h30m1s5ms").toMinutes() == -2190"#, #"duration("90m").toHours() == 1"#,
    ])
  func holding(condition: String) throws {
    #expect(try Sample.holds(condition) == true)
  }

  @Test(
    "texts that make no value",
    arguments: [
      #"ip("1.1.1.01")"#, #"ip("1.1.1.1/08")"#, #"ip("::ffff:1.2.3.4")"#,
      #"ip("1::2:3:4:5:6:7:8")"#,
      #"ip("::1%eth0")"#, #"ip("::-0")"#, #"ip("00001::")"#, #"ip("1.2.3.4/33")"#,
      #"ip("1.2.3.4/")"#,
      #"ip("1.2.3.4/+1")"#, #"ip("::/0128")"#, #"ip(" 1.2.3.4")"#, #"ip("")"#, #"ip("1:::2")"#,
      #"ip("::1::")"#, #"ip(":1:2:3:4:5:6:7")"#, #"ip("1.2.3.4/1/2")"#, #"ip("+1::")"#,
      #"decimal("1.00001")"#, #"decimal("1.")"#, #"decimal(".1")"#, #"decimal("+1.0")"#,
      #"decimal("922337203685477.5808")"#, #"decimal("99999999999999999999.0")"#,
      #"decimal("1.-1")"#,
      #"decimal("1")"#, #"decimal("1.0.0")"#, #"decimal("٣.1")"#, #"decimal("--1.0")"#,
      #"datetime("2024-02-30")"#, #"datetime("2023-02-29")"#, #"datetime("2024-01-01T00:00:60Z")"#,
      #"datetime("2024-01-01T24:00:00Z")"#, #"datetime("2024-01-01T00:00:00+2400")"#,
      #"datetime("2024-01-01T00:00:00-0060")"#, #"datetime("2024-01-01T00:00:00.1Z")"#,
      #"datetime("2024-01-01T00:00:00")"#, #"datetime("2024-01-01t00:00:00z")"#, #"datetime("")"#,
      #"datetime("2024-00-01")"#, #"datetime("2024-13-01")"#, #"datetime("10000-01-01")"#,
      #"datetime("2024-01-01T00:00:00ZZ")"#, #"datetime("-001-01-01")"#, #"datetime("2024-01-1é")"#,
      #"duration("1ms1s")"#, #"duration("")"#, #"duration("-")"#, #"duration("1")"#,
      #"duration("ms")"#,
      #"duration("9223372036854775808ms")"#, #"duration("--1ms")"#, #"duration("1D")"#,
      #"duration("1d1d")"#, #"duration("9223372036854775807s")"#, #"duration("1d ")"#,
      #"datetime("9999-12-31").offset(duration("9223372036854775807ms"))"#,
      #"datetime("1970-01-01").offset(duration("-9223372036854775808ms")).toDate()"#,
    ])
  func failing(call: String) throws {
    #expect(try Sample.holds("\(call) == 1") == nil)
  }

  @Test("values print themselves")
  func descriptions() {
    #expect(CedarDecimal(tenThousandths: -12_3400).description == "-12.3400")
    #expect(CedarDecimal(tenThousandths: .min).description == "-922337203685477.5808")
    #expect(CedarIPAddress("10.1.0.0/16")?.description == "10.1.0.0/16")
    #expect(CedarIPAddress("2001:db8::1")?.description == "2001:db8:0:0:0:0:0:1")
    #expect(CedarDuration("1m")?.description == "60000ms")
  }
}
