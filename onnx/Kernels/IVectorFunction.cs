using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>A function of one variable over whole vectors: a structure, so that the loop of each is compiled for it.</summary>
/// <typeparam name="T">Element type.</typeparam>
internal interface IVectorFunction<T>
{
    /// <summary>The function of each element, which must not depend on the element's place.</summary>
    Vector512<T> Of(Vector512<T> x);
}
