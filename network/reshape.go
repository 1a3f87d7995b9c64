package network

// reshape changes the shape of samples; the graph keeps them flat, so there is
// nothing to compute.
func (l *lowering) reshape(layer *Layer) error {
	x, err := l.operands(layer, 1, 0, true, false)
	if err != nil {
		return err
	}
	if err := l.plain(layer); err != nil {
		return err
	}
	if count(layer.Shape) != count(x.shape) {
		return l.refuse("it reshapes samples of shape %v to %v", "keep the batch as axis 0 and reshape within samples", x.shape, layer.Shape)
	}
	l.set(x.id, layer.Shape)
	return nil
}
