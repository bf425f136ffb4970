using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;

namespace Anneal.Onnx.Lowering;

/// <summary>An LSTM of one direction over whole sequences of known length, its steps one after another: a loop of the runtime costs more than the few nodes of a step.</summary>
internal sealed class LowerLstmTrain : ILowering
{
    public string Op => "LSTMTrain";

    public bool Write(NodeChain chain, Node node, TypeInference types)
    {
        if (LstmShape.Of(node, types, x: 0, r: 2, lengths: 4) is not { } s)
        {
            return false;
        }

        var c = new LstmChain(chain, s);
        string bias = types.Types[node.Inputs[3]].Shape is { Rank: 0 }
            ? chain.Op("Mul", node.Inputs[3], chain.Number(2, node.Inputs[0]))
            : chain.Reduce("ReduceSum", chain.Op("Reshape", node.Inputs[3], chain.Longs(2, 4 * s.Hidden)), 0);
        string w = chain.Op("Transpose", c.First(node.Inputs[1]));
        string[] given = c.Steps(chain.Op("Add", chain.Op("MatMul", node.Inputs[0], w), bias));
        string r = c.First(node.Inputs[2]);
        string state = c.State(node.Inputs[0]);
        string h = c.First(chain.Op("Expand", node.Inputs[5], state));
        string cell = c.First(chain.Op("Expand", node.Inputs[6], state));
        var hidden = new List<string> { h };
        var cells = new List<string> { cell };
        var gates = new List<string>();
        foreach (string x in given)
        {
            string[] parts = c.Parts(chain.Op("Gemm", Attributes.Of(("transB", 1L)), h, r, x), 3 * s.Hidden, s.Hidden);
            string[] iof = c.Parts(chain.Op("Sigmoid", parts[0]), s.Hidden, s.Hidden, s.Hidden);
            string candidate = chain.Op("Tanh", parts[1]);
            cell = chain.Op("Add", chain.Op("Mul", iof[2], cell), chain.Op("Mul", iof[0], candidate));
            h = chain.Op("Mul", iof[1], chain.Op("Tanh", cell));
            hidden.Add(h);
            cells.Add(cell);
            gates.Add(c.Beside([.. iof, candidate]));
        }

        chain.Name(c.Stacked([.. hidden.Skip(1)], 1), Output(0));
        chain.Name(chain.Op("Unsqueeze", h, chain.Longs(0)), Output(1));
        chain.Name(chain.Op("Unsqueeze", cell, chain.Longs(0)), Output(2));
        chain.Name(c.Stacked(gates, 0), Output(3));
        chain.Name(c.Stacked([.. hidden.Zip(cells, (a, b) => c.Beside(a, b))], 0), Output(4));
        return true;

        string Output(int index) => node.HasOutput(index) ? node.Outputs[index] : "";
    }
}
