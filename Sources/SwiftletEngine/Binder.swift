/// Resolves a plan's regions and constants to memory, and keeps the arguments of its commands.
final class Binder {
  private let arena: UnsafeMutablePointer<Float>
  private let input: UnsafeMutablePointer<Float>
  /// Only ever read.
  private let constants: [UnsafePointer<Float>]
  /// What the step that is bound fetches for later ones.
  var fetches: [Fetch] = []
  private var owned: [UnsafeMutableRawPointer] = []
  private var objects: [AnyObject] = []
  /// The constants that the command made last asked for.
  private(set) var boundConstants: Set<Int> = []

  init(arena: UnsafeMutablePointer<Float>, input: UnsafeMutablePointer<Float>, constants: [UnsafePointer<Float>]) {
    (self.arena, self.input, self.constants) = (arena, input, constants)
  }

  deinit { for p in owned { p.deallocate() } }

  /// A step with its pointers resolved.
  func command(of step: Step) -> Command {
    boundConstants = []
    return step.bind(self)
  }

  func pointer(_ region: Region) -> UnsafeMutablePointer<Float> {
    switch region.home {
    case .arena: arena + region.offset
    case .input: input
    case .constant(let number): pointer(constant: number)
    }
  }

  func pointer(constant: Int) -> UnsafeMutablePointer<Float> {
    boundConstants.insert(constant)
    return UnsafeMutablePointer(mutating: constants[constant])
  }

  /// A copy of `value` that lives as long as the binder.
  func keep<T: BitwiseCopyable>(_ value: T) -> UnsafeRawPointer {
    let p = UnsafeMutablePointer<T>.allocate(capacity: 1)
    p.initialize(to: value)
    owned.append(p)
    return UnsafeRawPointer(p)
  }

  func keep<T: BitwiseCopyable>(_ values: [T]) -> UnsafePointer<T> {
    let p = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
    p.initialize(from: values, count: values.count)
    owned.append(p)
    return UnsafePointer(p)
  }

  func keepFetches() -> FetchList {
    let pieces = fetches.map { fetch in
      FetchList.Piece(start: constants[fetch.constant] + fetch.floats.lowerBound, count: fetch.floats.count)
    }
    return FetchList(pieces: keep(pieces), count: pieces.count)
  }

  /// `object`, kept alive as long as the binder, as the argument of a command.
  func keep(object: AnyObject) -> UnsafeRawPointer {
    objects.append(object)
    return UnsafeRawPointer(Unmanaged.passUnretained(object).toOpaque())
  }
}
