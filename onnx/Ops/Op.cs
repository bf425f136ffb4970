using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>All that an op is: schema, shape rule, gradient rule, body if it is ours, kernel.</summary>
/// <remarks>A class carries ONNX's exact name. Each op has one line in <see cref="OpTable"/>.</remarks>
public abstract class Op
{
    /// <summary>The op's domain; empty for ONNX's own.</summary>
    public virtual string Domain => "";

    /// <summary>The op's name.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>What a node of this op must look like.</summary>
    public abstract OpSchema Schema { get; }

    /// <summary>How the op is differentiated.</summary>
    public abstract Gradient Gradient { get; }

    /// <summary>The body of standard ops, for ops outside ONNX's domains.</summary>
    public virtual Function? Body => null;

    /// <summary>Pairs of output and input that may share one buffer, the output written over the input.</summary>
    public virtual IReadOnlyList<(int Output, int Input)> InPlace => [];

    /// <summary>Whether output 0 is the bytes of input 0 under another shape, so that nothing needs to run.</summary>
    public virtual bool IsView => false;

    /// <summary>
    /// Whether an element of the output follows from the inputs' elements at its place alone, inputs broadcast: any part of the output may then be computed
    /// by itself, by the same kernel.
    /// </summary>
    public virtual bool IsElementwise => false;

    /// <summary>The types of the outputs.</summary>
    /// <param name="scope">The node with what is known of its inputs.</param>
    /// <returns>One type per formal output that the node may ask for.</returns>
    /// <exception cref="AnnealException">The inputs do not fit together.</exception>
    public abstract TensorType[] Infer(InferenceScope scope);

    /// <summary>Makes the kernel of a node whose shapes are all known.</summary>
    /// <param name="spec">The node with its operands.</param>
    /// <returns>A delegate that allocates nothing when it runs.</returns>
    public abstract Kernel Compile(KernelSpec spec);
}
