import SPIFFE
import SPIFFEWorkloadAPI
import StrictJSON
import SwiftProtobuf

extension ValidateJWTSVIDResponse {
  init(_ svid: VerifiedJWTSVID) {
    self.init()
    self.spiffeID = svid.id.description
    self.claims = Google_Protobuf_Struct(svid.claims)
  }
}

extension Google_Protobuf_Struct {
  fileprivate init(_ object: JSONObject) {
    self.init()
    for (name, value) in object.members {
      self.fields[name] = Google_Protobuf_Value(value)
    }
  }
}

extension Google_Protobuf_Value {
  /// The nesting is bounded by the parser that made the value.
  fileprivate init(_ value: JSONValue) {
    self.init()
    switch value {
    case .null: self.nullValue = .nullValue
    case .bool(let value): self.boolValue = value
    case .integer(let value): self.numberValue = Double(value)
    case .number(let value): self.numberValue = value
    case .string(let value): self.stringValue = value
    case .array(let values):
      var list = Google_Protobuf_ListValue()
      list.values = values.map { Google_Protobuf_Value($0) }
      self.listValue = list
    case .object(let object): self.structValue = Google_Protobuf_Struct(object)
    }
  }
}
