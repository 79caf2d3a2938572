/// A number of bytes: `312 KiB`.
func byteText(_ count: Int) -> String {
  var (value, unit) = (count, 0)
  while value >= 10_240, unit < 4 { (value, unit) = (value / 1024, unit + 1) }
  return "\(value) \(["B", "KiB", "MiB", "GiB", "TiB"][unit])"
}

/// A number with commas between thousands.
func grouped(_ number: Int) -> String {
  var text = ""
  for (index, digit) in String(number).reversed().enumerated() {
    if index > 0, index % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}
