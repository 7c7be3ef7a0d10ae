const poly=0x82f63b78; const T=new Int32Array(2048);
for(let b=0;b<256;b++){let c=b;for(let i=0;i<8;i++)c=c&1?(c>>>1)^poly:c>>>1;T[b]=c;}
for(let b=0;b<256;b++){let c=T[b];for(let s=1;s<8;s++){c=T[c&255]^(c>>>8);T[s*256+b]=c;}}
const [t0,t1,t2,t3,t4,t5,t6,t7]=[0,1,2,3,4,5,6,7].map(i=>T.slice(i*256,i*256+256));
function a(bytes,start=0,end=bytes.length){const t=T;let crc=-1;let at=start;const last=end-8;
 while(at<=last){const low=crc^(bytes[at]|(bytes[at+1]<<8)|(bytes[at+2]<<16)|(bytes[at+3]<<24));
 crc=t[1792+(low&255)]^t[1536+((low>>>8)&255)]^t[1280+((low>>>16)&255)]^t[1024+(low>>>24)]^t[768+bytes[at+4]]^t[512+bytes[at+5]]^t[256+bytes[at+6]]^t[bytes[at+7]];at+=8;}
 while(at<end){crc=t[(crc^bytes[at])&255]^(crc>>>8);at++;}return ~crc>>>0;}
function b(bytes,start=0,end=bytes.length){let crc=-1;let at=start;const last=end-8;
 for(;at<=last;at+=8){
 crc=t7[(crc^bytes[at])&255]^t6[((crc>>>8)^bytes[at+1])&255]^t5[((crc>>>16)^bytes[at+2])&255]^t4[(crc>>>24)^bytes[at+3]]^t3[bytes[at+4]]^t2[bytes[at+5]]^t1[bytes[at+6]]^t0[bytes[at+7]];}
 while(at<end){crc=t0[(crc^bytes[at])&255]^(crc>>>8);at++;}return ~crc>>>0;}
function c(bytes,start=0,end=bytes.length){let crc=-1;let at=start|0;const last=(end-8)|0;
 for(;at<=last;at=(at+8)|0){
 crc=t7[(crc^bytes[at])&255]^t6[((crc>>>8)^bytes[at+1|0])&255]^t5[((crc>>>16)^bytes[at+2|0])&255]^t4[((crc>>>24)^bytes[at+3|0])&255]^t3[bytes[at+4|0]]^t2[bytes[at+5|0]]^t1[bytes[at+6|0]]^t0[bytes[at+7|0]];}
 while(at<end){crc=t0[(crc^bytes[at])&255]^(crc>>>8);at++;}return ~crc>>>0;}
for (const size of [170,16384]) for (let r=0;r<3;r++) for(const [n,f] of [['a',a],['b',b],['c',c]]){const big=new Uint8Array(size).fill(3);const N=Math.floor(2e8/size);let s=0;const t=performance.now();for(let i=0;i<N;i++)s+=f(big);const ms=performance.now()-t;console.log(size,n,(N*size/ms/1e6).toFixed(2))}
