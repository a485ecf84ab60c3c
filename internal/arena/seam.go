//go:build !ypipemodel

package arena

// minClass is the smallest size of buffer, as a power of two: 512 bytes. Below
// that, sharing costs more than copying.
const minClass = 9

// watch has what the model build knows more of a pool: nothing here.
type watch struct{}

func (watch) step()      {}
func (watch) got(*Buf)   {}
func (b *Buf) step()     {}
func (b *Buf) recycled() {}
