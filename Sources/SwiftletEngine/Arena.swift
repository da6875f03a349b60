/// Gives regions that live at the same time different places, larger ones first, and returns how many floats that takes.
func placeInArena(_ regions: [Region]) -> Int {
  let live = regions.filter { $0.home == .arena && $0.last >= 0 }.sorted { $0.floats > $1.floats }
  var placed: [Region] = []
  var end = 0
  for region in live {
    let size = (region.floats + 31) / 32 * 32
    var offset = 0
    let neighbours = placed.filter { $0.first <= region.last && region.first <= $0.last }
    for other in neighbours.sorted(by: { $0.offset < $1.offset }) {
      if offset + size <= other.offset { break }
      offset = max(offset, other.offset + (other.floats + 31) / 32 * 32)
    }
    region.offset = offset
    placed.append(region)
    end = max(end, offset + size)
  }
  return end
}
