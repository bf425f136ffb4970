using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Lowering;

/// <summary>Adam's step with what is known of its attributes left out, and its scalars drawn together: W - M2·r / (√V2 + e) with r = lr·√(1-β₂ᵗ)/(1-β₁ᵗ) and e = ε·√(1-β₂ᵗ).</summary>
internal sealed class LowerAdam : ILowering
{
    public string Op => "AdamStep";

    public bool Write(NodeChain chain, Node node, TypeInference types)
    {
        (string w, string g, string m, string v, string lr, string step) = (node.Inputs[0], node.Inputs[1], node.Inputs[2], node.Inputs[3], node.Inputs[4], node.Inputs[5]);
        double beta1 = node.Attributes.Float("beta1", 0);
        double beta2 = node.Attributes.Float("beta2", 0);
        DType type = types.Types[w].Type;
        float decay = node.Attributes.Float("weight_decay", 0);
        string one = Wide(1);
        string t = Cast(step, DType.Double);
        string root = chain.Op("Sqrt", chain.Op("Sub", one, chain.Op("Pow", Wide(beta2), t)));
        string share = chain.Op("Div", root, chain.Op("Sub", one, chain.Op("Pow", Wide(beta1), t)));
        string rate = Cast(chain.Op("Mul", Cast(lr, DType.Double), share), type);
        string epsilon = Cast(chain.Op("Mul", root, Wide(node.Attributes.Float("epsilon", 0))), type);
        g = decay == 0 ? g : chain.Op("Add", g, chain.Op("Mul", w, Own(decay)));
        string m2 = chain.Op("Add", chain.Op("Mul", m, Own(beta1)), chain.Op("Mul", g, Own(1 - beta1)));
        string v2 = chain.Op("Add", chain.Op("Mul", v, Own(beta2)), chain.Op("Mul", chain.Op("Mul", g, g), Own(1 - beta2)));
        string change = chain.Op("Div", chain.Op("Mul", m2, rate), chain.Op("Add", chain.Op("Sqrt", v2), epsilon));
        chain.Name(chain.Op("Sub", w, change), node.Outputs[0]);
        chain.Name(m2, node.Outputs[1]);
        chain.Name(v2, node.Outputs[2]);
        return true;

        string Wide(double value) => chain.Constant(Tensor.Scalar(value));

        string Own(double value) => type == DType.Float ? chain.Constant(Tensor.Scalar((float)value)) : Cast(Wide(value), type);

        // Not CastLike: the scalars of all parameters are then the same nodes.
        string Cast(string value, DType to) => chain.Op("Cast", Attributes.Of(("to", (long)to)), value);
    }
}
