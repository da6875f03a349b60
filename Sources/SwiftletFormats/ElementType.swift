/// The element types that can be read; all become 32-bit floats, rounded to the nearest.
///
/// The raw values are the names of safetensors.
enum ElementType: String, Sendable, CaseIterable {
  case bool = "BOOL"
  case u8 = "U8"
  case i8 = "I8"
  case u16 = "U16"
  case i16 = "I16"
  case f16 = "F16"
  case bf16 = "BF16"
  case u32 = "U32"
  case i32 = "I32"
  case f32 = "F32"
  case u64 = "U64"
  case i64 = "I64"
  case f64 = "F64"

  /// Bytes of one element.
  var size: Int {
    switch self {
    case .bool, .u8, .i8: 1
    case .u16, .i16, .f16, .bf16: 2
    case .u32, .i32, .f32: 4
    case .u64, .i64, .f64: 8
    }
  }
}

extension Float {
  /// The value of an IEEE 754 half-precision number, exactly.
  init(halfBits half: UInt16) {
    let sign = UInt32(half & 0x8000) << 16
    let magnitude = UInt32(half & 0x7fff) << 13
    let isFinite = half & 0x7c00 != 0x7c00
    // The exponents differ by 112; the product also normalizes what is subnormal in half precision.
    let value = isFinite ? Float(bitPattern: magnitude) * 0x1p112 : Float(bitPattern: magnitude | 0x7f80_0000)
    self.init(bitPattern: value.bitPattern | sign)
  }
}
