namespace Anneal.Pipeline.Config.Options;

internal enum ActivationKind
{
    Linear,
    Relu,
    LeakyRelu,
    Elu,
    Selu,
    Celu,
    Gelu,
    Swish,
    Silu,
    Mish,
    Softplus,
    Softsign,
    ThresholdedRelu,
    HardSigmoid,
    HardSwish,
    Sigmoid,
    Tanh,
}
