using System.Numerics;

namespace Anneal.Onnx.Ops;

/// <summary>What an update's formula computes with: numbers and lanes of vectors in the kernel, values of a graph in the body.</summary>
internal interface IUpdateNumber<TSelf> :
    IAdditionOperators<TSelf, TSelf, TSelf>,
    ISubtractionOperators<TSelf, TSelf, TSelf>,
    IMultiplyOperators<TSelf, TSelf, TSelf>,
    IDivisionOperators<TSelf, TSelf, TSelf>
    where TSelf : IUpdateNumber<TSelf>
{
    /// <summary>A constant; of any number of the same kind.</summary>
    TSelf Number(double value);

    static abstract TSelf Sqrt(TSelf x);

    static abstract TSelf Sign(TSelf x);

    static abstract TSelf Max(TSelf a, TSelf b);

    static abstract TSelf Pow(TSelf x, TSelf y);
}
