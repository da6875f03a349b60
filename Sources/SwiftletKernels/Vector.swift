public import CVector

public typealias Source = UnsafePointer<Float>
public typealias Target = UnsafeMutablePointer<Float>

/// What kernels ask of a vector of floats.
///
/// The conformances below are concrete on purpose: comparisons and `replacing` on a generic `SIMD` stay loops over lanes.
public protocol Vector {
  static var lanes: Int { get }
  init(splat: Float)
  init(_ p: Source)
  func store(_ p: Target)
  func plus(_ b: Self) -> Self
  func minus(_ b: Self) -> Self
  func times(_ b: Self) -> Self
  func over(_ b: Self) -> Self
  func least(_ b: Self) -> Self
  func most(_ b: Self) -> Self
  /// self + a · b; fused where the machine can.
  func fma(_ a: Self, _ b: Self) -> Self
  /// `a` where self is positive, `b` elsewhere.
  func whenPositive(_ a: Self, _ b: Self) -> Self
  /// Into how many parts `powerOfTwo` divides an octave: 8 where a vector is a table of them, 32 where two are, else 1.
  static var octaveParts: Int { get }
  /// 2^(n / octaveParts), n being the integer in the low bits of self; normal numbers only.
  var powerOfTwo: Self { get }
  /// self = mantissa · 2ᵉˣᵖᵒⁿᵉⁿᵗ with 1 ≤ mantissa < 2, for normal numbers above 0.
  var exponent: Self { get }
  var mantissa: Self { get }
  /// The sum of all lanes.
  var sum: Float { get }
  /// The largest lane.
  var largest: Float { get }
}

/// A vector whose halves may belong to two pixels.
public protocol HalvedVector: Vector {
  associatedtype Half: Vector
  /// The same numbers in both halves.
  init(twice p: Source)
  init(lower: Float, upper: Float)
  init(_ lower: Half, _ upper: Half)
  var lower: Half { get }
  var upper: Half { get }
}

/// A vector that multiplies with a number in memory, and not by a register that holds it several times.
public protocol RereadingVector: Vector {
  /// self + the number at `x` · b.
  func fma(at x: Source, _ b: Self) -> Self
}

extension SIMD8: RereadingVector where Scalar == Float {
  @inlinable @inline(__always) public func fma(at x: Source, _ b: Self) -> Self { fmaAt8(self, x, b) }
}

extension SIMD16: HalvedVector where Scalar == Float {
  @inlinable @inline(__always) public init(twice p: Source) { self.init(SIMD8(p), SIMD8(p)) }
  @inlinable @inline(__always) public init(lower: Float, upper: Float) { self = halves16(lower, upper) }
  @inlinable @inline(__always) public init(_ lower: SIMD8<Float>, _ upper: SIMD8<Float>) {
    self.init(lowHalf: lower, highHalf: upper)
  }
  @inlinable @inline(__always) public var lower: SIMD8<Float> { lowHalf }
  @inlinable @inline(__always) public var upper: SIMD8<Float> { highHalf }
}

extension SIMD16: Vector where Scalar == Float {
  @inlinable @inline(__always) public static var lanes: Int { 16 }
  @inlinable @inline(__always) public init(splat: Float) { self.init(repeating: splat) }
  @inlinable @inline(__always) public init(_ p: Source) { self = UnsafeRawPointer(p).loadUnaligned(as: Self.self) }
  @inlinable @inline(__always) public func store(_ p: Target) {
    UnsafeMutableRawPointer(p).storeBytes(of: self, as: Self.self)
  }
  @inlinable @inline(__always) public func plus(_ b: Self) -> Self { add16(self, b) }
  @inlinable @inline(__always) public func minus(_ b: Self) -> Self { sub16(self, b) }
  @inlinable @inline(__always) public func times(_ b: Self) -> Self { mul16(self, b) }
  @inlinable @inline(__always) public func over(_ b: Self) -> Self { div16(self, b) }
  @inlinable @inline(__always) public func least(_ b: Self) -> Self { min16(self, b) }
  @inlinable @inline(__always) public func most(_ b: Self) -> Self { max16(self, b) }
  @inlinable @inline(__always) public func fma(_ a: Self, _ b: Self) -> Self { fma16(self, a, b) }
  @inlinable @inline(__always) public func whenPositive(_ a: Self, _ b: Self) -> Self { select16(self, a, b) }
  @inlinable @inline(__always) public static var octaveParts: Int { 32 }
  @inlinable @inline(__always) public var powerOfTwo: Self { parts16(self) }
  @inlinable @inline(__always) public var exponent: Self { exponent16(self) }
  @inlinable @inline(__always) public var mantissa: Self { mantissa16(self) }
  @inlinable @inline(__always) public var sum: Float { sum16(self) }
  @inlinable @inline(__always) public var largest: Float { largest16(self) }
}

extension SIMD8: Vector where Scalar == Float {
  @inlinable @inline(__always) public static var lanes: Int { 8 }
  @inlinable @inline(__always) public init(splat: Float) { self.init(repeating: splat) }
  @inlinable @inline(__always) public init(_ p: Source) { self = UnsafeRawPointer(p).loadUnaligned(as: Self.self) }
  @inlinable @inline(__always) public func store(_ p: Target) {
    UnsafeMutableRawPointer(p).storeBytes(of: self, as: Self.self)
  }
  @inlinable @inline(__always) public func plus(_ b: Self) -> Self { add8(self, b) }
  @inlinable @inline(__always) public func minus(_ b: Self) -> Self { sub8(self, b) }
  @inlinable @inline(__always) public func times(_ b: Self) -> Self { mul8(self, b) }
  @inlinable @inline(__always) public func over(_ b: Self) -> Self { div8(self, b) }
  @inlinable @inline(__always) public func least(_ b: Self) -> Self { min8(self, b) }
  @inlinable @inline(__always) public func most(_ b: Self) -> Self { max8(self, b) }
  @inlinable @inline(__always) public func fma(_ a: Self, _ b: Self) -> Self { fma8(self, a, b) }
  @inlinable @inline(__always) public func whenPositive(_ a: Self, _ b: Self) -> Self { select8(self, a, b) }
  @inlinable @inline(__always) public static var octaveParts: Int { 8 }
  @inlinable @inline(__always) public var powerOfTwo: Self { eighths8(self) }
  @inlinable @inline(__always) public var exponent: Self { exponent8(self) }
  @inlinable @inline(__always) public var mantissa: Self { mantissa8(self) }
  @inlinable @inline(__always) public var sum: Float { sum8(self) }
  @inlinable @inline(__always) public var largest: Float { largest8(self) }
}

extension SIMD4: Vector where Scalar == Float {
  @inlinable @inline(__always) public static var lanes: Int { 4 }
  @inlinable @inline(__always) public init(splat: Float) { self.init(repeating: splat) }
  @inlinable @inline(__always) public init(_ p: Source) { self = UnsafeRawPointer(p).loadUnaligned(as: Self.self) }
  @inlinable @inline(__always) public func store(_ p: Target) {
    UnsafeMutableRawPointer(p).storeBytes(of: self, as: Self.self)
  }
  @inlinable @inline(__always) public func plus(_ b: Self) -> Self { add4(self, b) }
  @inlinable @inline(__always) public func minus(_ b: Self) -> Self { sub4(self, b) }
  @inlinable @inline(__always) public func times(_ b: Self) -> Self { mul4(self, b) }
  @inlinable @inline(__always) public func over(_ b: Self) -> Self { div4(self, b) }
  @inlinable @inline(__always) public func least(_ b: Self) -> Self { min4(self, b) }
  @inlinable @inline(__always) public func most(_ b: Self) -> Self { max4(self, b) }
  @inlinable @inline(__always) public func fma(_ a: Self, _ b: Self) -> Self { fma4(self, a, b) }
  @inlinable @inline(__always) public func whenPositive(_ a: Self, _ b: Self) -> Self { select4(self, a, b) }
  @inlinable @inline(__always) public static var octaveParts: Int { 1 }
  @inlinable @inline(__always) public var powerOfTwo: Self { octaves4(self) }
  @inlinable @inline(__always) public var exponent: Self { exponent4(self) }
  @inlinable @inline(__always) public var mantissa: Self { mantissa4(self) }
  @inlinable @inline(__always) public var sum: Float { sum4(self) }
  @inlinable @inline(__always) public var largest: Float { largest4(self) }
}
