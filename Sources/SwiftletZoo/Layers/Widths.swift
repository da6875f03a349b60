/// `value` rounded to a multiple of `divisor`, half up, and never more than 10 % below `value`.
///
/// "make_divisible" of the MobileNet code; its 10 % rule is `limit`.
public func roundedChannels(_ value: Double, divisor: Int = 8, minimum: Int? = nil, limit: Double = 0.9) -> Int {
  let rounded = max(minimum ?? divisor, Int(value + Double(divisor) / 2) / divisor * divisor)
  return Double(rounded) < limit * value ? rounded + divisor : rounded
}
