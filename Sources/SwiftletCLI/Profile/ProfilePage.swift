import Swiftlet

/// A profile as a page that needs nothing beside itself: HTML that is XML as well.
struct ProfilePage {
  let html: String

  init(_ report: ProfileReport) {
    let profile = report.profile
    let drawn = profile.steps.filter { $0.multiplyAdds > 0 && $0.bytes > 0 }
    let chart = drawn.isEmpty ? "" : RooflineChart(drawn, of: profile.seconds, profile.peaks).svg
    let kinds = KernelKind.allCases.filter { kind in profile.steps.contains { KernelKind($0.kernel) == kind } }
    html = """
      <!DOCTYPE html>
      <html xmlns="http://www.w3.org/1999/xhtml" lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <title>\(escaped(report.model)): profile</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <h1>\(escaped(report.model))</h1>
      <p class="machine">\(escaped(report.machine.text))<br/>\(escaped(profile.peaks.text))<br/>\
      \(profile.runs) runs, random weights; the fastest of each step, \(Format.milliseconds(profile.seconds)) in all</p>
      <figure>
      \(chart)
      <figcaption>\(kinds.map(Self.legend).joined(separator: " "))</figcaption>
      </figure>
      <p class="note">\(Self.note)</p>
      <table>
      <thead><tr><th>step</th><th>µs</th><th class="wide">share</th><th>GFLOP/s</th>\
      <th class="wide">bytes</th><th>of roof</th></tr></thead>
      <tbody>
      \(profile.steps.map { Self.row($0, report.share($0)) }.joined(separator: "\n"))
      </tbody>
      </table>
      </body>
      </html>

      """
  }

  private static let note = """
    Each circle is a step, its area the share of the time. The roof of a step is the longer one of its operations at the measured \
    peak and of its bytes (inputs, outputs, weights, each once) at the measured bandwidth of the cache, or memory, that they fit \
    in; what is a little too large for a cache is partly read from it all the same. Operations are those of a direct convolution: Winograd's transforms and Strassen's products need fewer, and may lie above the roof. Steps that \
    only move values are in the table alone.
    """

  private static func legend(_ kind: KernelKind) -> String {
    "<span><i class=\"\(kind.style)\"></i>\(escaped(kind.rawValue))</span>"
  }

  private static func row(_ step: Profile.Step, _ share: Double) -> String {
    let name = step.name.isEmpty ? step.kernel : step.name
    let kernel = [step.name.isEmpty ? "" : step.kernel, step.reason].filter { !$0.isEmpty }.joined(separator: " · ")
    return """
      <tr><td><i class="\(KernelKind(step.kernel).style)"></i><b>\(escaped(name))</b> \
      <small>\(escaped(kernel))</small></td><td>\(Format.significant(step.seconds * 1e6))</td>\
      <td class="wide">\(Format.percent(share))</td><td>\(ProfileReport.gigaflops(step))</td>\
      <td class="wide">\(Format.bytes(step.bytes)) <small>\(step.level)</small></td>\
      <td>\(ProfileReport.percent(step.shareOfRoof))</td></tr>
      """
  }

  private static let style = """
    :root{color-scheme:light dark;--page:#fff;--ink:#1f2933;--soft:#616e7c;--line:#e4e7eb;--roof:#3e4c59}
    @media(prefers-color-scheme:dark){:root{--page:#14181d;--ink:#e4e7eb;--soft:#9aa5b1;--line:#2c343d;--roof:#cbd2d9}}
    body{margin:0 auto;padding:1rem;max-width:60rem;background:var(--page);color:var(--ink);
    font:15px/1.45 system-ui,Helvetica,Arial,sans-serif}
    h1{margin:0;font-size:1.5rem;overflow-wrap:anywhere}
    .machine,.note,figcaption,small{color:var(--soft)}
    .note,figcaption,small{font-size:.85rem}
    figure{margin:1rem 0}
    svg{display:block;width:100%;height:auto}
    .grid{stroke:var(--line);stroke-width:1.2}.fine{stroke-dasharray:2 5}
    .roof{stroke:var(--roof);stroke-width:2}
    text{font-size:14px;fill:var(--soft)}
    .name{fill:var(--ink);paint-order:stroke;stroke:var(--page);stroke-width:5px;stroke-linejoin:round}
    circle{fill-opacity:.55;stroke:var(--page);stroke-width:1}
    circle:hover{fill-opacity:1}
    figcaption span{display:inline-block;margin-right:1rem}
    i{display:inline-block;width:.7em;height:.7em;margin-right:.4em;border-radius:50%}
    .k0{fill:#8b5cf6;background:#8b5cf6}.k1{fill:#3b82f6;background:#3b82f6}.k2{fill:#f59e0b;background:#f59e0b}
    .k3{fill:#10b981;background:#10b981}.k4{fill:#f43f5e;background:#f43f5e}.k5{fill:#7b8794;background:#7b8794}
    table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
    th{font-weight:600;color:var(--soft);font-size:.85rem}
    th,td{padding:.35rem 0 .35rem .75rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top;white-space:nowrap}
    th:first-child,td:first-child{padding-left:0;text-align:left;white-space:normal;overflow-wrap:anywhere}
    @media(max-width:600px){.wide{display:none}text{font-size:24px}td:first-child small{display:block}}
    """
}

/// Text between tags.
func escaped(_ text: String) -> String {
  text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
}
