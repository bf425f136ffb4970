namespace Anneal.Pipeline.Config.Options;

internal enum ActivationKind
{
    Linear,
    Relu,
    LeakyRelu,
    Sigmoid,
    Tanh,
}
