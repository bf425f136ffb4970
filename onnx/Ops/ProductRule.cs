using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>The derivative of a product by each factor, the product of the others, where factors may be 0.</summary>
internal static class ProductRule
{
    /// <summary>1 where a factor is 0, to be added up with the other factors of its product.</summary>
    public static Value Zeros(GraphBuilder g, Value factor) => g.Cast(IsZero(g, factor), factor.Type.Type);

    /// <summary>A factor, or 1 in place of 0, to be multiplied with the others of its product.</summary>
    public static Value WithoutZeros(GraphBuilder g, Value factor) => g.Where(IsZero(g, factor), One(g, factor), factor);

    /// <summary>The product of all factors but one.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="factor">That one.</param>
    /// <param name="zeros">The number of factors that are 0.</param>
    /// <param name="product">The product of those that are not.</param>
    public static Value Others(GraphBuilder g, Value factor, Value zeros, Value product)
    {
        Value none = g.Scalar(0, factor.Type.Type);
        Value ofZero = g.Where(g.Equal(zeros, One(g, factor)), product, none);
        Value ofOther = g.Where(g.Equal(zeros, none), g.Div(product, WithoutZeros(g, factor)), none);
        return g.Where(IsZero(g, factor), ofZero, ofOther);
    }

    private static Value IsZero(GraphBuilder g, Value factor) => g.Equal(factor, g.Scalar(0, factor.Type.Type));

    private static Value One(GraphBuilder g, Value like) => g.Scalar(1, like.Type.Type);
}
