/// Writes the attributes of an operator as text, in order: names, values, and a mark for each list and each of its elements.
///
/// An encoder of its own, because text for people may leave things out, and because that of Foundation is slow.
struct AttributeEncoder: Encoder {
  let text: KeyText
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(AttributeContainer(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    text.add("[")
    return AttributeList(encoder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { AttributeValue(encoder: self) }

  fileprivate func write(_ value: some Encodable) throws {
    if let value = value as? any LosslessStringConvertible { text.add(value) } else { try value.encode(to: self) }
  }

  fileprivate func at(_ place: String) -> AttributeEncoder {
    text.add(place)
    return self
  }
}

private struct AttributeContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: AttributeEncoder
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) { encoder.text.add(key.stringValue) }
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

  private mutating func next() -> AttributeEncoder {
    count += 1
    return encoder.at(",")
  }

  mutating func encodeNil() { _ = next() }
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

  func encodeNil() { encoder.text.add("nil") }
  func encode(_ value: some Encodable) throws { try encoder.write(value) }
}
