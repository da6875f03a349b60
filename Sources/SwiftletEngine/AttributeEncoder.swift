/// Writes the attributes of an operator to a key, in order: names, values, and a mark for each list and each of its elements.
///
/// An encoder of its own, because descriptions for people may leave things out, and because that of Foundation is slow.
struct AttributeEncoder: Encoder {
  let key: KeyWriter
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Name: CodingKey>(keyedBy type: Name.Type) -> KeyedEncodingContainer<Name> {
    KeyedEncodingContainer(AttributeContainer(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { AttributeList(encoder: at("[")) }
  func singleValueContainer() -> any SingleValueEncodingContainer { AttributeValue(encoder: self) }

  fileprivate func write(_ value: some Encodable) throws {
    switch value {
    case let number as Int: key.add(number)
    case let number as Float: key.add(Int(number.bitPattern))
    case let number as Double: key.add(Int(bitPattern: UInt(number.bitPattern)))
    case let truth as Bool: key.add(truth ? 1 : 0)
    case let text as String: key.add(text)
    default: try value.encode(to: self)
    }
  }

  fileprivate func at(_ place: String) -> AttributeEncoder {
    key.add(place)
    return self
  }
}

private struct AttributeContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: AttributeEncoder
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) { _ = encoder.at(key.stringValue) }
  func encode(_ value: Int, forKey key: Key) { encoder.at(key.stringValue).key.add(value) }
  func encode(_ value: some Encodable, forKey key: Key) throws { try encoder.at(key.stringValue).write(value) }
  func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type, forKey key: Key) -> KeyedEncodingContainer<Inner> {
    encoder.at(key.stringValue).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    encoder.at(key.stringValue).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { encoder.at("super") }
  func superEncoder(forKey key: Key) -> any Encoder { encoder.at(key.stringValue) }
}

private struct AttributeList: UnkeyedEncodingContainer {
  let encoder: AttributeEncoder
  var codingPath: [any CodingKey] { [] }
  var count = 0

  init(encoder: AttributeEncoder) { self.encoder = encoder }

  private mutating func next() -> AttributeEncoder {
    count += 1
    return encoder.at(",")
  }

  mutating func encodeNil() { _ = next().at("nil") }
  mutating func encode(_ value: some Encodable) throws { try next().write(value) }
  mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
    next().container(keyedBy: type)
  }
  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }
  mutating func superEncoder() -> any Encoder { next() }
}

private struct AttributeValue: SingleValueEncodingContainer {
  let encoder: AttributeEncoder
  var codingPath: [any CodingKey] { [] }

  func encodeNil() { _ = encoder.at("nil") }
  func encode(_ value: some Encodable) throws { try encoder.write(value) }

  // The numbers that `write` leaves to themselves, which come here.
  func encode(_ value: Int8) { encoder.key.add(Int(value)) }
  func encode(_ value: Int16) { encoder.key.add(Int(value)) }
  func encode(_ value: Int32) { encoder.key.add(Int(value)) }
  func encode(_ value: Int64) { encoder.key.add(Int(value)) }
  func encode(_ value: UInt) { encoder.key.add(Int(bitPattern: value)) }
  func encode(_ value: UInt8) { encoder.key.add(Int(value)) }
  func encode(_ value: UInt16) { encoder.key.add(Int(value)) }
  func encode(_ value: UInt32) { encoder.key.add(Int(value)) }
  func encode(_ value: UInt64) { encoder.key.add(Int(bitPattern: UInt(value))) }
}
