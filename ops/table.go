package ops

import "github.com/zkaudit/zkaudit/graph"

// Table lists every operator under its kind. A new operator is a file, its
// test and a line here.
func Table() map[graph.Kind]Operator {
	return map[graph.Kind]Operator{
		KindFullyConnected:   fullyConnected{},
		KindConv2D:           conv2D{},
		KindTransposeConv:    transposeConv{},
		KindDepthwiseConv2D:  depthwiseConv2D{},
		KindOneHot:           oneHot{},
		KindGather:           gather{},
		KindAddWeight:        addWeight{},
		KindBatchMatmul:      batchMatmul{},
		KindInputGradient:    inputGradient{},
		KindWeightUpdate:     weightUpdateOp{},
		KindRescale:          rescale{},
		KindConstantDivision: constantDivision{},
		KindLargeDivision:    largeDivision{},
		KindRelu:             relu{},
		KindRelu6:            relu6{},
		KindReluN1To1:        reluN1To1{},
		KindLeakyRelu:        leakyRelu{},
		KindElu:              elu{},
		KindHardSwish:        hardSwish{},
		KindGelu:             gelu{},
		KindGeluApproximate:  gelu{},
		KindTanh:             tanh{},
		KindExp:              exponential{},
		KindAbs:              absolute{},
		KindLogistic:         logistic{},
		KindGate:             gate{},
		KindClip:             clip{},
		KindSoftmax:          softmax{},
		KindMul:              mul{},
		KindAdd:              add{},
		KindSum:              sum{},
		KindMaximum:          maximum{sign: 1},
		KindMinimum:          maximum{sign: -1},
		KindReduceSum:        reduceSum{},
		KindBroadcast:        broadcast{},
		KindReshape:          reshape{},
		KindPermute:          permute{},
		KindSelect:           selection{},
		KindAxisSum:          axisSum{},
		KindConcatenate:      concatenate{},
		KindRotate:           rotate{},
		KindReflect:          reflect{},
	}
}
